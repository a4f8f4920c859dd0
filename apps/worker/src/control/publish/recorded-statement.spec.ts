import type { BuildProject, BuildRecord, SigningRepository, StoredArtifact } from '@cooperage/db';
import { masterKey, sealedSubject } from '@cooperage/domain';
import { digestOf, mediaTypes } from '@cooperage/oci';
import {
  generateSigningKey,
  KeySigner,
  provenancePredicate,
  sealSigningKey,
  statementOf,
  storeArtifact,
} from '@cooperage/signing';
import { createMetrics } from '@cooperage/telemetry';
import { describe, expect, it, vi } from 'vitest';
import { projectUri, provenanceFacts } from './provenance-facts.js';
import type { PublisherSession } from './publisher-session.js';
import { isRecordedRequest, isRecordedStatement } from './recorded-statement.js';
import { SignImage } from './sign-image.js';

const publicUrl = 'https://cooperage.example';
const digest = digestOf(Buffer.from('image'));
const other = digestOf(Buffer.from('another image'));
const project = {
  id: 'p',
  organizationSlug: 'acme',
  slug: 'hello',
  remoteUrl: 'https://git.example/moved.git',
} as BuildProject;
const build = {
  ...{ id: 'b', projectId: 'p', number: 7, digest, status: 'running', stage: 'control', attemptNumber: 1 },
  ...{ remoteUrl: 'https://git.example/hello.git', ref: 'refs/heads/topic', commit: 'a'.repeat(40), zone: 'branch' },
  ...{ ruleName: 'branches', trigger: 'push', target: null, platform: 'linux/amd64', buildArgs: {}, namedContexts: {} },
  ...{ dockerfilePath: 'Dockerfile', contextPath: '.', definition: null, resolved: null, cacheBackend: 'registry' },
  ...{ baseImages: [], sources: [], limits: { network: 'open' }, tools: null, queuedAt: new Date(0) },
  ...{ startedAt: new Date(0), builtAt: new Date(0) },
} as unknown as BuildRecord;
const subject = { mediaType: mediaTypes.manifest, digest, size: 5 };
const request = (from: BuildRecord = build) => ({
  ...{ subject, image: 'registry.example/acme/hello', project: projectUri(project, publicUrl), signedAt: new Date(0) },
  provenance: provenancePredicate(provenanceFacts(from, project, publicUrl)),
});
/** What the record of another build could hold in the place of this one's. */
const elsewhere: [string, Partial<BuildRecord>][] = [
  ['another commit', { commit: 'b'.repeat(40) }],
  ['another address', { remoteUrl: 'https://git.example/victim.git' }],
  ['another ref', { ref: 'refs/heads/main' }],
  ['another zone', { zone: 'protected' }],
  ['another build', { number: 8 }],
];

describe('R-H3 a provenance', () => {
  it('R-H3 names the address in the record of the build, whatever address the project has by now', () => {
    expect(provenanceFacts(build, project, publicUrl).source).toEqual({
      ...{ uri: 'https://git.example/hello.git', ref: 'refs/heads/topic', commit: 'a'.repeat(40) },
    });
  });
});

describe('S-116 only what the record of the build holds is signed', () => {
  it.each(elsewhere)('S-116 and not %s', (_what, change) => {
    expect(isRecordedRequest(request(), build, project, publicUrl)).toBe(true);
    expect(isRecordedRequest(request({ ...build, ...change }), build, project, publicUrl)).toBe(false);
  });

  it('S-116 and not another image, project or attempt, nor a build that is over', () => {
    const holds = (change: Partial<BuildRecord>, asked = request()) =>
      isRecordedRequest(asked, { ...build, ...change }, project, publicUrl);
    expect(holds({ digest: other })).toBe(false);
    expect(holds({ projectId: 'q' })).toBe(false);
    expect(holds({ attemptNumber: 2 })).toBe(false);
    expect(holds({ status: 'canceled', stage: null })).toBe(false);
    expect(holds({ stage: 'publishing' })).toBe(false);
    expect(holds({}, { ...request(), project: `${publicUrl}/p/acme/other` })).toBe(false);
    expect(isRecordedRequest(request(), null, project, publicUrl)).toBe(false);
  });

  const key = generateSigningKey();
  const attestation = async (from: BuildRecord): Promise<StoredArtifact> => {
    const artifacts = await new KeySigner(key).sign({ ...request(from), provenanceOnly: true });
    return { kind: 'provenance', keyId: 'k', artifact: storeArtifact(artifacts[0]!) };
  };

  it.each(elsewhere)('S-116 an attestation that was stored is read for %s too', async (_what, change) => {
    const statement = async (from: BuildRecord) => {
      const artifacts = await new KeySigner(key).sign({ ...request(from), provenanceOnly: true });
      return artifacts.map(statementOf);
    };
    for (const own of await statement(build)) expect(isRecordedStatement(own, build, project, publicUrl)).toBe(true);
    for (const foreign of await statement({ ...build, ...change }))
      expect(isRecordedStatement(foreign, build, project, publicUrl)).toBe(false);
    expect(isRecordedStatement(null, build, project, publicUrl)).toBe(false);
  });

  /** The signer of control, over a record that a test makes. */
  const signer = (recorded: BuildRecord, stored: StoredArtifact[] = []) => {
    const masters = [masterKey(Buffer.alloc(32, 1))] as const;
    const sealed = sealSigningKey(masters, key, sealedSubject.signingKey(project.id));
    const storeArtifacts = vi.fn();
    const rows = {
      artifactsFor: async () => stored.map((row) => ({ ...row, buildId: build.id })),
      storeArtifacts,
    } as unknown as SigningRepository;
    const keys = { ensure: async () => ({ id: 'k', sealed }) } as never;
    const metrics = createMetrics({ version: '0', commit: 'test' });
    const names = { publicUrl, registryHost: 'registry.example' };
    const sign = new SignImage(rows, { find: async () => recorded }, keys, masters, metrics, names);
    return { sign, storeArtifacts };
  };
  const session = { registry: { host: 'registry.example' }, signal: new AbortController().signal } as PublisherSession;

  it.each(elsewhere)('S-116 the signer refuses %s, and nothing is stored', async (_what, change) => {
    const { sign, storeArtifacts } = signer({ ...build, ...change });
    await expect(sign.attach(session, build, project, subject)).rejects.toMatchObject({ code: 'VerificationFailed' });
    expect(storeArtifacts).not.toHaveBeenCalled();
  });

  it('R7-B1 the signer refuses a provenance that is larger than any may be, and nothing is stored', async () => {
    const large = { ...build, buildArgs: { LONG: 'x'.repeat(1_100_000) } };
    const { sign, storeArtifacts } = signer(large);
    await expect(sign.attach(session, large, project, subject)).rejects.toMatchObject({ code: 'PolicyRefused' });
    expect(storeArtifacts).not.toHaveBeenCalled();
  });

  it('S-116 the signer refuses a foreign digest, and an attestation of another build that was stored as its own', async () => {
    const { sign } = signer(build);
    const foreign = { ...subject, digest: other };
    await expect(sign.attach(session, build, project, foreign)).rejects.toMatchObject({ code: 'VerificationFailed' });
    const swapped = signer(build, [await attestation({ ...build, number: 8 })]);
    await expect(swapped.sign.attach(session, build, project, subject)).rejects.toMatchObject({
      code: 'VerificationFailed',
    });
  });
});
