import { randomBytes } from 'node:crypto';
import { services } from '@cooperage/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../digest-of.js';
import { mediaTypes } from '../media-types.js';
import { RegistryClient } from '../registry-client.js';
import { isRegistryError } from '../registry-error.js';

const client = new RegistryClient({ host: services().openRegistry, scheme: 'http' });
const repository = `oci-client/${randomBytes(6).toString('hex')}`;
const unknown = digestOf(randomBytes(16));

/** A manifest of its own digest, with one layer of these bytes. */
async function putImage(layer: Buffer, tag: string | null = null) {
  const config = Buffer.from(
    JSON.stringify({ os: 'linux', architecture: 'amd64', nonce: randomBytes(8).toString('hex') }),
  );
  const [layerDigest, configDigest] = await Promise.all([
    client.blobs.put(repository, layer),
    client.blobs.put(repository, config),
  ]);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: configDigest, size: config.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layerDigest, size: layer.length }],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await client.manifests.put(repository, tag, { bytes, mediaType: mediaTypes.manifest });
  return { digest: digestOf(bytes), bytes, layerDigest };
}

async function kindOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'no error';
  } catch (error) {
    return isRegistryError(error) ? error.kind : String(error);
  }
}

async function tagsOf(name = repository): Promise<string[]> {
  const tags: string[] = [];
  for await (const tag of client.tags.list(name)) tags.push(tag);
  return tags;
}

describe('blobs', () => {
  const bytes = randomBytes(300_000);

  it('puts, finds, reads and streams what was put, and may put it again', async () => {
    expect(await client.blobs.size(repository, digestOf(bytes))).toBeNull();
    const digest = await client.blobs.put(repository, bytes);
    expect(await client.blobs.put(repository, bytes)).toBe(digest);
    expect(await client.blobs.size(repository, digest)).toBe(bytes.length);
    expect(await client.blobs.read(repository, digest, { maxBytes: bytes.length })).toEqual(bytes);
    const stream = await client.blobs.open(repository, digest, { maxBytes: bytes.length });
    expect(Buffer.concat(await stream.toArray())).toEqual(bytes);
  });

  it('refuses to read more than allowed', async () => {
    const digest = await client.blobs.put(repository, bytes);
    expect(await kindOf(client.blobs.read(repository, digest, { maxBytes: bytes.length - 1 }))).toBe('invalid');
  });

  it('mounts from another repository, and says when it cannot', async () => {
    const digest = await client.blobs.put(repository, bytes);
    const target = `${repository}/mounted`;
    expect(await client.blobs.mount(target, repository, digest)).toBe(true);
    expect(await client.blobs.size(target, digest)).toBe(bytes.length);
    expect(await client.blobs.mount(target, repository, unknown)).toBe(false);
  });

  it('says that an unknown blob is not found', async () => {
    expect(await kindOf(client.blobs.read(repository, unknown, { maxBytes: 1 }))).toBe('not_found');
  });
});

describe('manifests', () => {
  it('keeps every byte and tells the digest by digest and by tag', async () => {
    const image = await putImage(Buffer.from('a layer'), 'v1');
    for (const reference of [image.digest, 'v1']) {
      const manifest = await client.manifests.get(repository, reference);
      expect(manifest).toMatchObject({
        digest: image.digest,
        mediaType: mediaTypes.manifest,
        size: image.bytes.length,
      });
      expect(manifest.bytes).toEqual(image.bytes);
      expect(await client.manifests.head(repository, reference)).toEqual({
        mediaType: mediaTypes.manifest,
        digest: image.digest,
        size: image.bytes.length,
      });
    }
  });

  it('does not find what is not there', async () => {
    expect(await kindOf(client.manifests.get(repository, 'nothing'))).toBe('not_found');
    expect(await client.manifests.find(repository, unknown)).toBeNull();
    expect(await client.manifests.head(repository, unknown)).toBeNull();
  });

  it('is refused a manifest whose blobs are missing', async () => {
    const bytes = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        config: { mediaType: mediaTypes.config, digest: unknown, size: 1 },
        layers: [],
      }),
    );
    expect(await kindOf(client.manifests.put(repository, null, { bytes, mediaType: mediaTypes.manifest }))).toBe(
      'rejected',
    );
  });
});

describe('tags', () => {
  let image: Awaited<ReturnType<typeof putImage>>;

  beforeAll(async () => {
    image = await putImage(Buffer.from('tagged'));
  });

  it('has none before one is put, though the manifest is there', async () => {
    expect(await tagsOf(`${repository}/none`)).toEqual([]);
  });

  it('points tags to a digest and deletes one without the other', async () => {
    await client.tags.put(repository, 'stable', image.digest);
    await client.tags.put(repository, 'latest', image.digest);
    await client.tags.delete(repository, 'latest');
    await client.tags.delete(repository, 'latest');
    expect(await tagsOf()).toContain('stable');
    expect(await tagsOf()).not.toContain('latest');
    expect((await client.manifests.get(repository, 'stable')).digest).toBe(image.digest);
  });

  it('lists many tags', async () => {
    const names = Array.from({ length: 620 }, (_, index) => `t${String(index).padStart(4, '0')}`);
    for (let at = 0; at < names.length; at += 31)
      await Promise.all(
        names
          .slice(at, at + 31)
          .map((tag) => client.manifests.put(repository, tag, { ...image, mediaType: mediaTypes.manifest })),
      );
    expect((await tagsOf()).filter((tag) => tag.startsWith('t')).sort()).toEqual(names);
  });
});

describe('referrers', () => {
  it('finds no API in docker-registry 2, and no referrers of a plain image', async () => {
    const image = await putImage(Buffer.from('alone'));
    expect(await client.referrers.hasApi(repository)).toBe(false);
    expect(await client.referrers.list(repository, image.digest)).toEqual([]);
  });
});
