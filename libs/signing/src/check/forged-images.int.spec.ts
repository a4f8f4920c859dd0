import { randomBytes } from 'node:crypto';
import {
  digestOf,
  inParallel,
  isRegistryError,
  mediaTypes,
  mountImage,
  RegistryClient,
  referrersIndexBytes,
  referrersTag,
} from '@cooperage/oci';
import { services } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { attachSignatures } from '../push.js';
import { putImage, putManifest, withContent } from '../registry-image.fixture.js';
import { changed, contentOf, type Forgery, flipBit, project, signed, stranger } from './forgeries.fixture.js';
import type { CheckId } from './verification.js';
import { facts, failing, foundBy, full, verifiedImages } from './verified-images.fixture.js';

const { client, repository, verify, attach, imageWith } = verifiedImages(services().openRegistry);

describe('forged images', () => {
  it('nothing there', async () => {
    const verification = await verify({ digest: digestOf(randomBytes(8)) });
    expect(verification).toMatchObject({ ok: false, verdict: 'gone' });
    expect(foundBy(verification, 'digest')).toBe('nothing');
  });

  it('a blob deleted from the registry', async () => {
    const subject = await imageWith((artifacts) => Object.values(artifacts));
    const { layers } = JSON.parse((await client.manifests.get(repository, subject.digest)).bytes.toString());
    const deleted = await fetch(`http://${services().openRegistry}/v2/${repository}/blobs/${layers[0].digest}`, {
      method: 'DELETE',
    });
    expect(deleted.status).toBe(202);
    const verification = await verify(subject);
    expect(failing(verification)).toEqual(['content']);
    expect(foundBy(verification, 'content')).toContain(layers[0].digest);
  });

  it('unsigned', async () => {
    const verification = await verify(await putImage(client, repository));
    expect(verification.verdict).toBe('unsigned');
    expect(foundBy(verification, 'signature')).toBe('no signature');
    expect(failing(verification)).not.toContain('digest');
  });

  it('signed by a stranger alone', async () => {
    const subject = await imageWith((artifacts) => Object.values(artifacts), { key: stranger });
    const verification = await verify(subject);
    expect(verification.verdict).toBe('untrusted');
    expect(foundBy(verification, 'signature')).toContain('signed by another key');
    expect(failing(verification)).toEqual(
      expect.arrayContaining(['signature', 'legacy_signature', 'provenance', 'legacy_provenance']),
    );
  });

  it('a bill of materials by our key, and no signature', async () => {
    const subject = await imageWith(async (_, image) => {
      const { provenance } = await signed(image);
      return [provenance];
    });
    const verification = await verify(subject, { expected: { project, provenance: false, storage: 'any' } });
    expect(verification.ok).toBe(false);
    expect(foundBy(verification, 'signature')).toBe('attestations, but no signature');
  });

  it.each<[string, (bundle: Buffer, foreign: Buffer, other: Buffer) => Buffer, string]>([
    [
      'our hint pasted over a stranger’s signature',
      (bundle, foreign) =>
        changed(foreign, (json) => {
          json.verificationMaterial = JSON.parse(bundle.toString()).verificationMaterial;
        }),
      'does not belong',
    ],
    ['a bundle of another image', (_bundle, _foreign, other) => other, 'over other bytes'],
    [
      'a swapped payload',
      (bundle, _foreign, other) =>
        changed(other, (json) => {
          json.dsseEnvelope.payload = JSON.parse(bundle.toString()).dsseEnvelope.payload;
        }),
      'does not belong',
    ],
    [
      'a flipped bit',
      (bundle) =>
        changed(bundle, (json) => {
          json.dsseEnvelope.signatures[0]!.sig = flipBit(json.dsseEnvelope.signatures[0]!.sig);
        }),
      'does not belong',
    ],
    [
      'another payload type',
      (bundle) =>
        changed(bundle, (json) => {
          json.dsseEnvelope.payloadType = 'text/plain';
        }),
      'no in-toto statement',
    ],
    [
      'no signatures',
      (bundle) =>
        changed(bundle, (json) => {
          json.dsseEnvelope.signatures = [];
        }),
      'exactly one signature',
    ],
    [
      'two signatures',
      (bundle) =>
        changed(bundle, (json) => {
          json.dsseEnvelope.signatures.push(json.dsseEnvelope.signatures[0]!);
        }),
      'exactly one signature',
    ],
    ['an oversized bundle', (bundle) => Buffer.concat([bundle, Buffer.alloc(5 << 20, ' ')]), 'larger than allowed'],
    ['what is no bundle', () => Buffer.from('hello'), 'not what its media type says'],
  ])('%s', async (_name, forge, sentence) => {
    const subject = await imageWith(async (artifacts, image) => {
      const foreign = contentOf((await signed(image, { key: stranger })).signature);
      const other = contentOf((await signed(await putImage(client, repository))).signature);
      const { signature, ...rest } = artifacts;
      return [...Object.values(rest), withContent(signature, forge(contentOf(signature), foreign, other))];
    });
    const verification = await verify(subject);
    expect(failing(verification)).toEqual(['signature']);
    expect(foundBy(verification, 'signature')).toContain(sentence);
  });

  it('signatures copied from another repository of the same bytes, for another project', async () => {
    const subject = await imageWith((artifacts) => Object.values(artifacts));
    const copy = `${repository}/copied`;
    await mountImage(client, { from: repository, to: copy, digest: subject.digest });
    await attachSignatures(client, { repository: copy, subject, artifacts: Object.values(await signed(subject)) });
    const verification = await verify(subject, {
      repository: copy,
      expected: { ...full, project: 'https://cooperage.example/p/thief/hello' },
    });
    expect(failing(verification)).toEqual(['project', 'legacy_signature']);
  });

  it('an older signature moved from another image', async () => {
    const other = await signed(await putImage(client, repository));
    const subject = await imageWith(({ legacy_signature, ...rest }) => [
      ...Object.values(rest),
      { ...other.legacy_signature, place: legacy_signature.place },
    ]);
    const verification = await verify(subject);
    expect(failing(verification)).toEqual(['legacy_signature']);
    expect(foundBy(verification, 'legacy_signature')).toBe('a signature by a trusted key over other bytes');
  });

  it('an older signature that names another image', async () => {
    const subject = await imageWith((artifacts) => Object.values(artifacts));
    const verification = await verify(subject, { expected: { ...full, image: 'registry.example/acme/other' } });
    expect(failing(verification)).toEqual(['legacy_signature']);
  });

  it.each<[string, Forgery, CheckId]>([
    ['commit', { facts: { source: { ...facts.source, commit: 'c'.repeat(40) } } }, 'source_commit'],
    ['ref', { facts: { source: { ...facts.source, ref: 'refs/heads/evil' } } }, 'source_uri'],
    ['builder', { facts: { builderId: 'https://elsewhere.example/builders/1' } }, 'builder'],
    ['build', { facts: { invocationId: 'https://cooperage.example/p/acme/hello/b/6' } }, 'invocation'],
  ])('S-115 a provenance of another %s', async (_name, forgery, check) => {
    const subject = await imageWith((artifacts) => Object.values(artifacts), forgery);
    const verification = await verify(subject);
    expect(failing(verification)).toEqual([check, 'legacy_provenance']);
    expect(verification.verdict).toBe('mismatch');
  });

  it('S-115 a provenance of another image', async () => {
    const other = await signed(await putImage(client, repository));
    const subject = await imageWith(({ signature, legacy_signature }) => [
      signature,
      legacy_signature,
      withContent(other.provenance, contentOf(other.provenance)),
    ]);
    expect(failing(await verify(subject))).toEqual(expect.arrayContaining(['provenance_subject', 'legacy_provenance']));
  });

  it('S-115 a provenance that a step wrote, with any key but ours', async () => {
    const subject = await imageWith(async ({ signature, legacy_signature }, image) => {
      const forged = await signed(image, { key: stranger });
      return [signature, legacy_signature, forged.provenance, forged.legacy_provenance];
    });
    const verification = await verify(subject);
    expect(failing(verification)).toEqual(
      expect.arrayContaining(['provenance', 'source_commit', 'builder', 'invocation']),
    );
    expect(foundBy(verification, 'provenance')).toContain('signed by another key');
  });

  it('S-115 half of what is expected in one provenance and half in another', async () => {
    const subject = await imageWith(async ({ signature, legacy_signature }, image) => {
      const [a, b] = await Promise.all([
        signed(image, { facts: { source: { ...facts.source, commit: 'c'.repeat(40) } } }),
        signed(image, { facts: { invocationId: 'https://cooperage.example/p/acme/hello/b/6' } }),
      ]);
      return [signature, legacy_signature, a.provenance, b.provenance, a.legacy_provenance, b.legacy_provenance];
    });
    expect((await verify(subject)).ok).toBe(false);
  });

  it('ours behind hundreds of strangers’ referrers: found when it is known where to look, else refused', async () => {
    const subject = await putImage(client, repository);
    const artifacts = await signed(subject);
    await attach(subject, Object.values(artifacts));
    const config = {
      mediaType: mediaTypes.empty,
      digest: await client.blobs.put(repository, Buffer.from('{}')),
      size: 2,
    };
    const names = Array.from({ length: 300 }, (_, n) => `stranger ${n}`);
    const strangers = await inParallel(names, 16, (name) =>
      putManifest(client, repository, {
        mediaType: mediaTypes.manifest,
        config,
        layers: [],
        subject,
        annotations: { name },
      }),
    );
    const places = Object.values(artifacts).flatMap(({ place }) => (place.as === 'referrer' ? [place.descriptor] : []));
    const bytes = referrersIndexBytes([...strangers, ...places]);
    await client.manifests.put(repository, referrersTag(subject.digest), { bytes, mediaType: mediaTypes.index });
    expect((await verify(subject, { referrersFirst: places.map((place) => place.digest) })).ok).toBe(true);
    const lost = await verify(subject);
    expect(lost.ok).toBe(false);
    expect(foundBy(lost, 'signature')).toContain('46 referrers more than are looked at');
  });
});

describe('a registry that is not there', () => {
  it('is no verdict about an image', async () => {
    const gone = new RegistryClient({ host: '127.0.0.1:1', scheme: 'http' });
    const failure = await verify(await putImage(client, repository), { client: gone }).catch((error: unknown) => error);
    expect(isRegistryError(failure, 'unavailable')).toBe(true);
  });

  it('does not hide that a key is none', async () => {
    await expect(verify(await putImage(client, repository), { publicKeys: ['x'] })).rejects.toThrow(TypeError);
  });
});
