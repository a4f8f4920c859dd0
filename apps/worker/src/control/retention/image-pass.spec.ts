import { type BuildProject, idFloor } from '@cooperage/db';
import type { Digest } from '@cooperage/domain';
import { digestOf, mediaTypes, RegistryError } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import { ManifestsInMemory } from '../../../spec/manifests-in-memory.js';
import type { PublisherSession } from '../publish/publisher-session.js';
import { ImagePass } from './image-pass.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const project = { id: 'project', organizationSlug: 'acme', slug: 'api' } as BuildProject;
const blobs = (...texts: string[]) => new Set(texts.map((text) => digestOf(Buffer.from(text))));
const never = Number.POSITIVE_INFINITY;

/** Images of a project, the oldest first. */
function passOf(
  repository: ManifestsInMemory,
  bounds: { mostReadMs?: number; mostArtifactsMs?: number; hoursOld?: number } = {},
) {
  const signed = new Map<Digest, string>();
  const rows: { id: string; digest: Digest }[] = [];
  const publish = (digest: Digest) => {
    const at = Date.now() - (bounds.hoursOld ?? 24) * 3_600_000 + rows.length;
    rows.push({ id: idFloor(new Date(at)), digest });
  };
  const page = async (_: string, after: string | null, limit: number) =>
    rows.filter(({ id }) => after === null || id > after).slice(0, limit);
  let readsOfSignatures = 0;
  const artifacts = new Map<Digest, Digest>();
  const artifactParts = async function* (_: string, images: readonly Digest[]) {
    readsOfSignatures++;
    for (const image of images) {
      if (signed.has(image)) yield { image, digest: digestOf(Buffer.from(signed.get(image)!)) };
      if (artifacts.has(image)) yield { image, digest: artifacts.get(image)! };
    }
  };
  const all = { mostDigests: 100, mostReadMs: never, mostArtifactsMs: never, ...bounds };
  return {
    pass: new ImagePass(project, { page, artifactParts }, all, logger),
    publish,
    signed,
    artifacts,
    session: repository.session,
    readsOfSignatures: () => readsOfSignatures,
  };
}

/** What goes with the first of these images. */
async function contentOfFirst(repository: ManifestsInMemory, ...digests: Digest[]) {
  const { pass, publish, session } = passOf(repository);
  for (const digest of digests) publish(digest);
  await pass.add(session, digests[0]!);
  expect(await pass.read(session, never)).toBe(true);
  return { ...pass.contentOf(digests[0]!), left: pass.leftOf(digests[0]!) };
}

describe('what goes with a deleted image', () => {
  it('R5-A8 is its layers and its config, except those that another image has', async () => {
    const repository = new ManifestsInMemory();
    const [going, other] = [repository.image('base', 'secret'), repository.image('base', 'mended')];
    const own = await contentOfFirst(repository, going.digest, other.digest);
    expect(own.blobs).toEqual(blobs('config of base,secret', 'secret'));
    expect([own.manifests, own.left]).toEqual([new Set([going.digest]), null]);
  });

  it('R5-A8 is the manifests of its platforms too, except those that another image is or has', async () => {
    const repository = new ManifestsInMemory();
    const [amd64, arm64, arm] = [repository.image('a'), repository.image('b'), repository.image('c')];
    const going = repository.index(amd64, arm64, arm);
    const own = await contentOfFirst(repository, going.digest, repository.index(arm64).digest, arm.digest);
    expect(own.manifests).toEqual(new Set([going.digest, amd64.digest]));
    expect(own.blobs).toEqual(blobs('config of a', 'a'));
  });

  it('R5-A8 is no layer of another image that has lost a part of itself', async () => {
    const repository = new ManifestsInMemory();
    const [gone, left] = [repository.image('a'), repository.image('b')];
    const other = repository.index(gone, left);
    repository.forget(gone.digest);
    const own = await contentOfFirst(repository, repository.image('a', 'b').digest, other.digest);
    expect(own.blobs).toEqual(blobs('config of a,b', 'a'));
  });

  it('R5-A8 is nothing where an image cannot be read, and says so', async () => {
    const repository = new ManifestsInMemory();
    const [going, other] = [repository.image('a'), repository.image('b')];
    repository.spoil(other.digest);
    for (const digests of [
      [going.digest, other.digest],
      [other.digest, going.digest],
    ]) {
      const own = await contentOfFirst(repository, ...digests);
      expect([own.manifests.size, own.blobs.size]).toEqual([0, 0]);
      expect(own.left).toMatch(/^its layers stay until .* cannot be read$/);
    }
  });

  it('R5-A8 is not known where the registry does not answer', async () => {
    const { pass, publish, session } = passOf(new ManifestsInMemory());
    publish(digestOf(Buffer.from('other')));
    const away = new RegistryError('unavailable', 'no answer');
    const get = async () => Promise.reject(away);
    const broken = { ...session, registry: { manifests: { get } } } as unknown as PublisherSession;
    await expect(pass.read(broken, never)).rejects.toBe(away);
  });

  it('V7-L3 is neither the config of every signature, nor what signs an image that stays', async () => {
    const repository = new ManifestsInMemory();
    const { pass, publish, signed, session } = passOf(repository);
    const [going, other] = [repository.image('{}', 'bundle', 'own bundle').digest, repository.image('b').digest];
    publish(going);
    publish(other);
    signed.set(other, 'bundle').set(going, 'own bundle');
    await pass.add(session, going);
    expect(await pass.read(session, never)).toBe(true);
    expect(pass.contentOf(going).blobs).toEqual(blobs('config of {},bundle,own bundle', 'own bundle'));
  });

  it('V8-L3 is nothing that signs another image of the pass, as long as that one stands', async () => {
    const repository = new ManifestsInMemory();
    const { pass, publish, signed, session } = passOf(repository);
    const [going, kept] = [repository.image('a', 'bundle').digest, repository.image('b').digest];
    signed.set(kept, 'bundle');
    for (const digest of [going, kept]) {
      publish(digest);
      await pass.add(session, digest);
    }
    expect(await pass.read(session, never)).toBe(true);
    expect(pass.contentOf(going).blobs).toEqual(blobs('config of a,bundle', 'a'));
    pass.gone(kept);
    expect(pass.contentOf(going).blobs).toEqual(blobs('config of a,bundle', 'a', 'bundle'));
  });

  it('V8-L3 is nothing where what signs the images takes too long to be read, and says so', async () => {
    const repository = new ManifestsInMemory();
    const { pass, publish, signed, session } = passOf(repository, { mostArtifactsMs: -1 });
    const [going, other] = [repository.image('a').digest, repository.image('b').digest];
    for (const digest of [going, other]) publish(digest);
    signed.set(other, 'bundle');
    await pass.add(session, going);
    expect(await pass.read(session, never)).toBe(true);
    expect(pass.contentOf(going).blobs.size).toBe(0);
    expect(pass.leftOf(going)).toBe(
      'its layers stay until the registry collects its garbage: the project has too many signatures to compare with',
    );
  });

  it('R22D-7 is no manifest that signs another image, and no list of such, also where it is one itself', async () => {
    const repository = new ManifestsInMemory();
    const { pass, publish, signed, artifacts, session } = passOf(repository);
    const kept = repository.image('kept').digest;
    const [signature, own] = [repository.image('bundle'), repository.image('own')];
    const [list, merged] = [repository.index(signature), repository.image('bundle', 'older bundle')];
    const going = [repository.index(signature, own), list, signature, merged].map(({ digest }) => digest);
    repository.tags.set(kept.replace(':', '-'), list).set(`${kept.replace(':', '-')}.sig`, merged);
    signed.set(kept, 'bundle');
    artifacts.set(kept, signature.digest);
    for (const digest of [kept, ...going]) publish(digest);
    for (const digest of going) await pass.add(session, digest);
    expect(await pass.read(session, never)).toBe(true);
    for (const digest of going) {
      const { manifests } = pass.contentOf(digest);
      expect([manifests.has(signature.digest), manifests.has(list.digest), manifests.has(merged.digest)]).not.toContain(
        true,
      );
    }
    expect(going.map((digest) => pass.contentOf(digest).isAttached)).toEqual([false, true, true, true]);
    expect(pass.contentOf(going[0]!).manifests).toEqual(new Set([going[0], own.digest]));
    expect(pass.leftOf(going[1]!)).toContain('its manifest stays');
  });

  it('R22D-7 is no manifest that says what it signs where the others were not read', async () => {
    const repository = new ManifestsInMemory();
    const { pass, publish, session } = passOf(repository);
    const [spoiled, image] = [repository.image('spoiled'), repository.image('a')];
    const about = (subject: object) =>
      repository.put(mediaTypes.manifest, { config: { ...image, mediaType: mediaTypes.config }, layers: [], subject });
    const going = [repository.index(about(spoiled)), repository.index(image, about(image))].map(({ digest }) => digest);
    repository.spoil(spoiled.digest);
    for (const digest of [spoiled.digest, ...going]) publish(digest);
    for (const digest of going) await pass.add(session, digest);
    expect(await pass.read(session, never)).toBe(true);
    expect(going.map((digest) => pass.contentOf(digest).isAttached)).toEqual([true, false]);
  });

  it('R22D-7 is nothing that is attached to another image of the pass, as long as that one stands', async () => {
    const repository = new ManifestsInMemory();
    const { pass, publish, artifacts, session } = passOf(repository);
    const [signed, signature] = [repository.image('signed').digest, repository.image('bundle')];
    const list = repository.index(signature);
    repository.tags.set(signed.replace(':', '-'), list);
    artifacts.set(signed, signature.digest);
    for (const digest of [signed, list.digest]) {
      publish(digest);
      await pass.add(session, digest);
    }
    expect(await pass.read(session, never)).toBe(true);
    expect(pass.contentOf(list.digest)).toMatchObject({ manifests: new Set(), isAttached: true });
    pass.gone(signed);
    expect(pass.contentOf(list.digest)).toMatchObject({
      manifests: new Set([list.digest, signature.digest]),
      isAttached: false,
    });
  });

  it('V9B-L5 is not compared with signatures once it is settled that all layers stay', async () => {
    const repository = new ManifestsInMemory();
    const { pass, publish, session, readsOfSignatures } = passOf(repository);
    const [going, spoiled, next] = ['a', 'b', 'c'].map((layer) => repository.image(layer).digest) as [
      Digest,
      Digest,
      Digest,
    ];
    for (const digest of [going, spoiled, next]) publish(digest);
    repository.spoil(spoiled);
    await pass.add(session, going);
    expect(await pass.read(session, never)).toBe(true);
    const before = readsOfSignatures();
    await pass.add(session, next);
    expect(readsOfSignatures()).toBe(before);
    expect(pass.leftOf(next)).toContain('another image of the project cannot be read');
  });

  it('V7-M2 is what it has in common with another image only when that one is gone', async () => {
    const repository = new ManifestsInMemory();
    const { pass, publish, session } = passOf(repository);
    const going = [repository.image('shared', 'a'), repository.image('shared', 'b')].map(({ digest }) => digest);
    for (const digest of going) {
      publish(digest);
      await pass.add(session, digest);
    }
    expect(await pass.read(session, never)).toBe(true);
    expect(pass.contentOf(going[0]!).blobs).toEqual(blobs('config of shared,a', 'a'));
    pass.gone(going[0]!);
    expect(pass.contentOf(going[1]!).blobs).toEqual(blobs('config of shared,b', 'shared', 'b'));
  });

  it('V7-M2 is compared with each image once, over several sessions, and with what was published between them', async () => {
    const repository = new ManifestsInMemory();
    const { pass, publish, session } = passOf(repository);
    const going = repository.image('a', 'b', 'c').digest;
    publish(going);
    const others = Array.from({ length: 120 }, (_, at) => repository.image(`other ${at}`).digest);
    for (const digest of others) publish(digest);
    await pass.add(session, going);
    repository.read.length = 0;
    expect(await pass.read({ ...session }, 0)).toBe(false);
    publish(repository.image('b').digest);
    expect(await pass.read({ ...session }, 0)).toBe(false);
    expect(await pass.read({ ...session }, 0)).toBe(true);
    expect(repository.read.length).toBe(121);
    expect(new Set(repository.read).size).toBe(121);
    expect(pass.contentOf(going).blobs).toEqual(blobs('config of a,b,c', 'a', 'c'));
    // All were read: a session that only goes on with deletions looks at what is new.
    publish(repository.image('c').digest);
    expect(await pass.read({ ...session }, 0)).toBe(true);
    expect(repository.read.length).toBe(122);
    expect(pass.contentOf(going).blobs).toEqual(blobs('config of a,b,c', 'a'));
  });

  it('V7-M2 is compared again with what processes of another clock may have published meanwhile', async () => {
    const repository = new ManifestsInMemory();
    const { pass, publish, session } = passOf(repository, { hoursOld: 0 });
    publish(repository.image('new').digest);
    expect(await pass.read({ ...session }, never)).toBe(true);
    expect(await pass.read({ ...session }, never)).toBe(true);
    expect(repository.read.length).toBe(2);
  });

  it('V7-M2 is nothing where the comparison takes too long, and says so', async () => {
    const repository = new ManifestsInMemory();
    const { pass, publish, session } = passOf(repository, { mostReadMs: 0 });
    const going = repository.image('a').digest;
    for (let at = 0; at < 60; at++) publish(repository.image(`other ${at}`).digest);
    await pass.add(session, going);
    expect(await pass.read(session, never)).toBe(true);
    expect(repository.read.length).toBe(51);
    expect(pass.contentOf(going).blobs.size).toBe(0);
    expect(pass.leftOf(going)).toBe(
      'its layers stay until the registry collects its garbage: the project has too many other images to compare with',
    );
  });
});
