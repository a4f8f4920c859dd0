import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Descriptor, RegistryClient } from '@cooperage/oci';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { admissionSnippets } from './admission-snippets.js';
import type { SignedArtifact } from './artifact.js';
import { ours, project, signed, stranger } from './check/forgeries.fixture.js';
import type { Expectations } from './check/verification.js';
import { verifyImage } from './check/verify-image.js';
import { type CosignCommand, cosignTree, cosignVerify, cosignVerifyAttestation } from './cosign-commands.js';
import { exportCosignKey, importCosignKey } from './key/cosign-key-file.js';
import { publicKeyOf } from './key/public-key.js';
import { provenanceFacts } from './provenance.fixture.js';
import { provenancePredicate } from './provenance.js';
import { attachSignatures } from './push.js';
import { putImage } from './registry-image.fixture.js';

const host = services().openRegistry;
const client = new RegistryClient({ host, scheme: 'http' });
const repository = `referee/${randomBytes(6).toString('hex')}`;
const folder = mkdtempSync(join(tmpdir(), 'cooperage-cosign-'));
const file = (name: string) => join(folder, name);
const facts = provenanceFacts();

/** Stock cosign, offline, with the password of the key files below. */
async function cosign(args: readonly string[], password = 'pw'): Promise<{ ok: boolean; out: string }> {
  const env = { ...process.env, COSIGN_PASSWORD: password, HOME: folder, TUF_ROOT: file('tuf') };
  try {
    const { stdout } = await promisify(execFile)(services().tools.cosign!, [...args], { env });
    return { ok: true, out: stdout };
  } catch (error) {
    return { ok: false, out: String((error as { stderr?: string }).stderr ?? error) };
  }
}

const target = (image: Descriptor, more: Partial<Parameters<typeof cosignVerify>[0]> = {}) => ({
  host,
  repository,
  digest: image.digest,
  key: file('ours.pub'),
  project,
  plainHttp: true,
  ...more,
});
const run = (command: CosignCommand, ...more: string[]) =>
  cosign([...command.args.slice(0, -1), ...more, command.args.at(-1)!]);

beforeAll(async () => {
  writeFileSync(file('ours.pub'), ours.publicKeyPem);
  writeFileSync(file('stranger.pub'), stranger.publicKeyPem);
  writeFileSync(file('ours.key'), await exportCosignKey(ours, 'pw'));
  const nowhere = ['--no-default-fulcio', '--no-default-rekor', '--no-default-tsa'];
  await cosign(['signing-config', 'create', ...nowhere, '--no-default-oidc', '--out', file('signing.json')]);
  await cosign(['trusted-root', 'create', ...nowhere, '--no-default-ctfe', '--out', file('root.json')]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function imageWith(
  choose: (artifacts: Awaited<ReturnType<typeof signed>>) => SignedArtifact[],
): Promise<Descriptor> {
  const subject = await putImage(client, repository);
  const artifacts = await signed(subject, { request: { image: `${host}/${repository}` } });
  await attachSignatures(client, { repository, subject, artifacts: choose(artifacts) });
  return subject;
}

describe('stock cosign, of what we sign', () => {
  let image: Descriptor;

  beforeAll(async () => {
    image = await imageWith((artifacts) => Object.values(artifacts));
  });

  it('verifies the signature, the project and the provenance by the commands that we show', async () => {
    expect(await run(cosignVerify(target(image)))).toMatchObject({ ok: true });
    const attestation = await run(cosignVerifyAttestation(target(image)));
    expect(attestation).toMatchObject({ ok: true });
    const { payload } = JSON.parse(attestation.out.trim().split('\n')[0]!);
    expect(JSON.parse(Buffer.from(payload, 'base64').toString()).predicate).toEqual(
      JSON.parse(JSON.stringify(provenancePredicate(facts))),
    );
  });

  it('verifies the older storage by itself', async () => {
    const older = await imageWith(({ legacy_signature, legacy_provenance }) => [legacy_signature, legacy_provenance]);
    expect(await run(cosignVerify(target(older)))).toMatchObject({ ok: true });
    expect(await run(cosignVerifyAttestation(target(older)))).toMatchObject({ ok: true });
    expect(await run(cosignVerify(target(image)), '--new-bundle-format=false')).toMatchObject({ ok: true });
    expect(await run(cosignVerifyAttestation(target(image)), '--new-bundle-format=false')).toMatchObject({ ok: true });
  });

  it('refuses another key, another project and an unsigned image', async () => {
    expect((await run(cosignVerify(target(image, { key: file('stranger.pub') })))).ok).toBe(false);
    expect((await run(cosignVerify(target(image, { project: 'https://cooperage.example/p/other' })))).ok).toBe(false);
    expect((await run(cosignVerifyAttestation(target(image, { key: file('stranger.pub') })))).ok).toBe(false);
    expect((await run(cosignVerify(target(await putImage(client, repository))))).ok).toBe(false);
  });

  it('R-M6 lets by the text of our policy only what was built in the zone and from the refs that it names', async () => {
    const [snippet] = admissionSnippets({
      ...{ host, repository, publicKeys: [ours.publicKeyPem], project, builderId: facts.builderId },
      zone: 'protected',
      source: { address: facts.source.uri, refs: ['refs/heads/main', 'refs/tags/**'] },
    }).filter(({ fileName }) => fileName === 'image-policy.yaml');
    const { spec } = parse(snippet!.text);
    writeFileSync(file('policy.cue'), spec.authorities[0].attestations[0].policy.data);
    const passes = async (change: Partial<typeof facts>) => {
      const subject = await putImage(client, repository);
      const artifacts = await signed(subject, { request: { image: `${host}/${repository}` }, facts: change });
      await attachSignatures(client, { repository, subject, artifacts: Object.values(artifacts) });
      const command = cosignVerifyAttestation(target(subject));
      expect(await run(command)).toMatchObject({ ok: true });
      return (await run(command, '--policy', file('policy.cue'))).ok;
    };
    const from = (ref: string) => ({ source: { ...facts.source, ref } });
    expect(await passes({})).toBe(true);
    expect(await passes(from('refs/tags/v1'))).toBe(true);
    expect(await passes({ zone: 'fork' })).toBe(false);
    expect(await passes({ ...from('refs/heads/topic'), zone: 'branch' })).toBe(false);
    expect(await passes(from('refs/heads/topic'))).toBe(false);
    expect(await passes({ source: { ...facts.source, uri: 'https://git.example/evil/hello.git' } })).toBe(false);
    expect(await passes({ builderId: 'https://elsewhere.example/builder' })).toBe(false);
  });

  it('shows in its tree what we attached, by the command that we show', async () => {
    const tree = await run(cosignTree(target(image)));
    expect(tree).toMatchObject({ ok: true });
    expect(tree.out).toMatch(/signature/i);
  });

  it('opens the key file that we export', async () => {
    expect((await cosign(['public-key', '--key', file('ours.key')])).out.trim()).toBe(ours.publicKeyPem.trim());
    expect((await cosign(['public-key', '--key', file('ours.key')], 'wrong')).ok).toBe(false);
  });
});

describe('our verifier, of what stock cosign signs', () => {
  const newer = ['--signing-config', file('signing.json'), '--trusted-root', file('root.json')];
  const older = ['--new-bundle-format=false', '--use-signing-config=false', '--tlog-upload=false'];
  const any: Expectations = { project, provenance: false, storage: 'any' };

  async function verify(subject: Descriptor, expected: Expectations) {
    return verifyImage({ client, repository, digest: subject.digest, publicKeys: [ours.publicKeyPem], expected });
  }

  async function signByCosign(how: readonly string[], annotations = ['-a', `project=${project}`]): Promise<Descriptor> {
    const subject = await putImage(client, repository);
    const signedBy = await cosign([
      'sign',
      '-y',
      '--key',
      file('ours.key'),
      ...how,
      ...annotations,
      `${host}/${repository}@${subject.digest}`,
    ]);
    expect(signedBy).toMatchObject({ ok: true });
    return subject;
  }

  it.each([
    ['newer', newer, 'signature'],
    ['older', older, 'legacy_signature'],
  ])('accepts the %s storage', async (_name, how, check) => {
    const verification = await verify(await signByCosign(how), any);
    expect(verification).toMatchObject({ ok: true, verdict: 'verified' });
    expect(verification.checks.find((one) => one.id === check)?.ok).toBe(true);
  });

  it.each([
    ['newer', newer],
    ['older', older],
  ])('misses the project in a signature of the %s storage without it', async (_name, how) => {
    const subject = await signByCosign(how, []);
    expect((await verify(subject, any)).verdict).toBe('mismatch');
    expect((await verify(subject, { ...any, project: null })).ok).toBe(true);
  });

  it('accepts provenance of either storage, of both at once, and refuses it for another commit', async () => {
    writeFileSync(file('predicate.json'), JSON.stringify(provenancePredicate(facts)));
    const expected: Expectations = {
      project,
      storage: 'any',
      sourceCommit: facts.source.commit,
      builderId: facts.builderId,
    };
    for (const how of [newer, older]) {
      const subject = await signByCosign(how);
      const attest = [
        'attest',
        '-y',
        '--key',
        file('ours.key'),
        ...how,
        '--type',
        'slsaprovenance1',
        '--predicate',
        file('predicate.json'),
      ];
      expect(await cosign([...attest, `${host}/${repository}@${subject.digest}`])).toMatchObject({ ok: true });
      expect((await verify(subject, expected)).checks.filter((check) => check.required && !check.ok)).toEqual([]);
      expect((await verify(subject, { ...expected, sourceCommit: 'c'.repeat(40) })).ok).toBe(false);
    }
  });

  it('keeps what cosign attached when we sign after it, and ours when cosign signs after us', async () => {
    const subject = await signByCosign(newer);
    await attachSignatures(client, { repository, subject, artifacts: Object.values(await signed(subject)) });
    await cosign(['sign', '-y', '--key', file('ours.key'), ...newer, `${host}/${repository}@${subject.digest}`]);
    await cosign(['sign', '-y', '--key', file('ours.key'), ...older, `${host}/${repository}@${subject.digest}`]);
    expect(await client.referrers.list(repository, subject.digest)).toHaveLength(4);
    expect((await verify(subject, { project })).ok).toBe(true);
  });

  it('imports the key file that cosign makes', async () => {
    const made = await cosign(['generate-key-pair', '--output-key-prefix', file('made')]);
    expect(made).toMatchObject({ ok: true });
    const key = await importCosignKey(readFileSync(file('made.key'), 'utf8'), 'pw');
    expect(key.hint).toBe(publicKeyOf(readFileSync(file('made.pub'), 'utf8')).hint);
  });
});
