import { digestOf, mediaTypes } from '@cooperage/oci';
import { describe, expect, it } from 'vitest';
import { restoreArtifact, type SignedArtifact, storeArtifact } from './artifact.js';
import { contentOf, ours, project, signed, subjectNamed } from './check/forgeries.fixture.js';
import { provenanceFacts } from './provenance.fixture.js';
import { provenancePredicate } from './provenance.js';
import { KeySigner, RecordedOnlySigner, SigningRefused, type SignRequest } from './signer.js';

const subject = subjectNamed('the image');
const request: SignRequest = {
  subject,
  image: 'registry.example/acme/hello',
  project,
  provenance: provenancePredicate(provenanceFacts()),
  signedAt: new Date('2026-11-24T12:02:00.123Z'),
};
const manifestOf = (artifact: SignedArtifact) => JSON.parse(Buffer.from(artifact.manifest).toString());

describe('KeySigner', () => {
  it('signs for cosign 3 (referrers) and for cosign 2 (tags)', async () => {
    const artifacts = await new KeySigner(ours).sign(request);
    expect(artifacts.map(({ kind, place }) => [kind, place.as])).toEqual([
      ['signature', 'referrer'],
      ['legacy_signature', 'tag'],
      ['provenance', 'referrer'],
      ['legacy_provenance', 'tag'],
    ]);
  });

  it('lays a bundle out as cosign does', async () => {
    const { signature } = await signed(subject, { request: { signedAt: request.signedAt } });
    expect(manifestOf(signature)).toMatchObject({
      mediaType: mediaTypes.manifest,
      artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      config: { mediaType: mediaTypes.empty, size: 2 },
      layers: [{ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }],
      subject,
      annotations: {
        'dev.sigstore.bundle.content': 'dsse-envelope',
        'dev.sigstore.bundle.predicateType': 'https://sigstore.dev/cosign/sign/v1',
        'org.opencontainers.image.created': '2026-11-24T12:02:00Z',
      },
    });
    expect(signature.place).toMatchObject({
      descriptor: { digest: digestOf(signature.manifest), size: signature.manifest.length },
    });
  });

  it('signs one provenance once, for both storages', async () => {
    const artifacts = await signed(subject);
    const bundle = JSON.parse(contentOf(artifacts.provenance).toString());
    const envelope = JSON.parse(contentOf(artifacts.legacy_provenance).toString());
    expect(envelope).toEqual({
      ...bundle.dsseEnvelope,
      signatures: [{ keyid: '', ...bundle.dsseEnvelope.signatures[0] }],
    });
  });

  it('carries every blob that its manifests name', async () => {
    for (const artifact of await new KeySigner(ours).sign(request)) {
      const { config, layers } = manifestOf(artifact);
      for (const { digest, size } of [config, ...layers]) {
        const blob = artifact.blobs.find((bytes) => digestOf(bytes) === digest);
        expect(blob?.length).toBe(size);
      }
    }
  });

  it('differs from call to call in nothing but signatures', async () => {
    const statements = await Promise.all(
      [1, 2].map(async () => JSON.parse(contentOf((await signed(subject)).signature).toString())),
    );
    expect(statements[0].dsseEnvelope.payload).toBe(statements[1].dsseEnvelope.payload);
    expect(statements[0].dsseEnvelope.signatures).not.toEqual(statements[1].dsseEnvelope.signatures);
  });

  it('signs the provenance alone where the image is signed already', async () => {
    const artifacts = await new KeySigner(ours).sign({ ...request, provenanceOnly: true });
    expect(artifacts.map(({ kind }) => kind)).toEqual(['provenance', 'legacy_provenance']);
  });

  it.each(['registry.example/acme/hello:latest', `registry.example/acme/hello@${subject.digest}`, 'hello', ''])(
    'signs no image called %j: a digest, never a tag',
    async (image) => {
      await expect(new KeySigner(ours).sign({ ...request, image })).rejects.toThrow(TypeError);
    },
  );
});

describe('RecordedOnlySigner', () => {
  it('S-116 refuses a digest that the record of the build does not hold, and signs the one it holds', async () => {
    const signer = new RecordedOnlySigner(
      new KeySigner(ours),
      async (asked) => asked.subject.digest === subject.digest,
    );
    await expect(signer.sign({ ...request, subject: subjectNamed('a foreign image') })).rejects.toThrow(SigningRefused);
    await expect(signer.sign(request)).resolves.toHaveLength(4);
  });

  it('S-116 signs nothing when the record cannot be read', async () => {
    const signer = new RecordedOnlySigner(new KeySigner(ours), () => Promise.reject(new Error('no database')));
    await expect(signer.sign(request)).rejects.toThrow('no database');
  });
});

describe('stored artifacts', () => {
  it('come back byte for byte', async () => {
    for (const artifact of await new KeySigner(ours).sign(request)) {
      const restored = restoreArtifact(JSON.parse(JSON.stringify(storeArtifact(artifact))));
      expect(Buffer.from(restored.manifest).equals(Buffer.from(artifact.manifest))).toBe(true);
      expect(restored.blobs.map(digestOf)).toEqual(artifact.blobs.map(digestOf));
      expect(restored.place).toEqual(artifact.place);
    }
  });

  it('are refused when a byte of them was changed', async () => {
    const { signature, legacy_signature } = await signed(subject);
    const stored = storeArtifact(signature);
    const changes = [
      { manifest: Buffer.from('{}').toString('base64') },
      { blobs: [stored.blobs[0], Buffer.from('x').toString('base64')] },
      { blobs: [] },
      { kind: 'other' },
      { version: 2 },
      { mediaType: 'text/plain' },
      { place: { as: 'tag', tag: 'latest' } },
      { place: { as: 'tag', tag: '../x' } },
      { place: storeArtifact((await signed(subject)).provenance).place },
    ];
    for (const change of changes) expect(() => restoreArtifact({ ...stored, ...change })).toThrow();
    expect(() => restoreArtifact({ ...storeArtifact(legacy_signature), blobs: stored.blobs })).toThrow(TypeError);
    for (const nonsense of [null, 1, 'x', [], {}]) expect(() => restoreArtifact(nonsense)).toThrow(TypeError);
  });
});
