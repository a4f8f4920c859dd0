import { mediaTypes } from '@cooperage/oci';
import { services } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { generateSigningKey } from '../key/signing-key.js';
import { putImage, putManifest } from '../registry-image.fixture.js';
import { ours, project, signed, stranger } from './forgeries.fixture.js';
import type { Expectations } from './verification.js';
import { failing, foundBy, full, verifiedImages } from './verified-images.fixture.js';

const { client, repository, verify, attach, imageWith } = verifiedImages(services().openRegistry);

describe('a good image', () => {
  it('passes every check, with evidence', async () => {
    const subject = await imageWith((artifacts) => Object.values(artifacts));
    const verification = await verify(subject);
    expect(failing(verification)).toEqual([]);
    expect(verification).toMatchObject({ ok: true, verdict: 'verified', digest: subject.digest, repository });
    expect(verification.checks.map((check) => check.id)).toEqual([
      'digest',
      'content',
      'signature',
      'project',
      'legacy_signature',
      'provenance',
      'provenance_subject',
      'source_commit',
      'source_uri',
      'builder',
      'invocation',
      'legacy_provenance',
    ]);
    expect(verification.checks.find((check) => check.id === 'signature')?.evidence).toMatchObject({ key: ours.hint });
  });

  it('passes as an index, with every platform looked at', async () => {
    const children = await Promise.all([putImage(client, repository, 2), putImage(client, repository, 3)]);
    const subject = await putManifest(client, repository, { mediaType: mediaTypes.index, manifests: children });
    await attach(subject, Object.values(await signed(subject)));
    const verification = await verify(subject);
    expect(verification.ok).toBe(true);
    expect(verification.checks[1]?.evidence).toMatchObject({ manifests: '2', blobs: '7' });
  });

  it('is verified by an older key that still counts, beside a new one', async () => {
    const subject = await imageWith((artifacts) => Object.values(artifacts));
    const publicKeys = [generateSigningKey().publicKeyPem, ours.publicKeyPem];
    expect((await verify(subject, { publicKeys })).ok).toBe(true);
  });

  it('whose key counts no more does not verify, and says whose signature it is', async () => {
    const subject = await imageWith((artifacts) => Object.values(artifacts));
    const publicKeys = [generateSigningKey().publicKeyPem];
    const revoked = await verify(subject, { publicKeys, formerKeys: [ours.publicKeyPem] });
    expect(revoked.verdict).toBe('untrusted');
    expect(foundBy(revoked, 'signature')).toBe(`signed by key ${ours.hint}, whose signatures count no more`);
    const strange = await verify(subject, { publicKeys, formerKeys: [stranger.publicKeyPem] });
    expect(foundBy(strange, 'signature')).toContain('it is signed by another key');
  });

  it('passes when a stranger’s signatures lie beside ours', async () => {
    const subject = await imageWith(async (artifacts, image) => [
      ...Object.values(await signed(image, { key: stranger })),
      ...Object.values(artifacts),
    ]);
    expect(failing(await verify(subject))).toEqual([]);
  });

  it('is found among many builds of the same bytes, the one build asked for', async () => {
    const subject = await putImage(client, repository);
    const builds = Array.from({ length: 30 }, (_, n) => `https://cooperage.example/p/acme/hello/b/${100 + n}`);
    const sets = await Promise.all(builds.map((invocationId) => signed(subject, { facts: { invocationId } })));
    await attach(
      subject,
      sets.flatMap((set) => Object.values(set)),
    );
    for (const invocationId of [builds[0]!, builds[17]!, builds[29]!])
      expect(failing(await verify(subject, { expected: { ...full, invocationId } }))).toEqual([]);
    expect(failing(await verify(subject))).toEqual(['invocation', 'legacy_provenance']);
  });

  it('needs no provenance where none is demanded', async () => {
    const subject = await imageWith(({ signature, legacy_signature }) => [signature, legacy_signature]);
    expect((await verify(subject, { expected: { project, provenance: false } })).ok).toBe(true);
  });

  it.each(['signature', 'legacy_signature'] as const)(
    'of one storage only (%s) passes where one is enough',
    async (kind) => {
      const subject = await imageWith((artifacts) => [artifacts[kind]]);
      const expected: Expectations = { project, provenance: false, storage: 'any' };
      expect((await verify(subject, { expected })).ok).toBe(true);
      const missing = kind === 'signature' ? 'legacy_signature' : 'signature';
      expect(failing(await verify(subject, { expected: { ...expected, storage: 'every' } }))).toEqual([missing]);
    },
  );

  it('S-112 passes no other project with the same bytes', async () => {
    const subject = await imageWith((artifacts) => Object.values(artifacts));
    const verification = await verify(subject, {
      expected: { ...full, project: 'https://cooperage.example/p/other/hello' },
    });
    expect(failing(verification)).toEqual(['project', 'legacy_signature']);
    expect(verification.verdict).toBe('mismatch');
    expect(foundBy(verification, 'project')).toBe(project);
  });
});
