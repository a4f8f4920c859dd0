import { expect, it } from 'vitest';
import { digestOf } from './digest-of.js';
import { imagePlatforms } from './image-platforms.js';
import { mediaTypes } from './media-types.js';
import type { RegistryClient } from './registry-client.js';

/** A repository with one image. */
function holding(mediaType: string, document: object, config = Buffer.from('{}')) {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }));
  const digest = digestOf(bytes);
  const manifests = { get: async () => ({ bytes, mediaType, digest, size: bytes.length }) };
  const client = { manifests, blobs: { read: async () => config } } as unknown as RegistryClient;
  return imagePlatforms(client, 'a/b', digest);
}

function single(config: string) {
  const bytes = Buffer.from(config);
  const descriptor = { mediaType: mediaTypes.config, digest: digestOf(bytes), size: bytes.length };
  return holding(mediaTypes.manifest, { config: descriptor, layers: [] }, bytes);
}

it.each<[object, string[]]>([
  [{ os: 'linux', architecture: 'arm64' }, ['linux/arm64']],
  [{ os: 'linux', architecture: 'arm64', variant: 'v8' }, ['linux/arm64']],
  [{ os: 'linux', architecture: 'amd64', variant: 'v3' }, ['linux/amd64/v3']],
  [{ os: 'linux', architecture: 'arm', variant: 'v7' }, ['linux/arm/v7']],
  [{}, []],
])('R5-C10 an image whose config says %j is for %j', async (config, platforms) => {
  expect(await single(JSON.stringify(config))).toEqual(platforms);
});

it('R5-C10 an image with a config that nobody can read says no platform', async () => {
  expect(await single('no JSON')).toEqual([]);
});

const long = 'x'.repeat(1_000_000);
it.each<[string, object]>([
  ['a long variant', { os: 'linux', architecture: 'amd64', variant: long }],
  ['a long architecture', { os: 'linux', architecture: long }],
  ['a long name of the system', { os: long, architecture: 'amd64' }],
  ['a NUL in its variant', { os: 'linux', architecture: 'amd64', variant: 'v1\0' }],
  ['a slash in its architecture', { os: 'linux', architecture: 'arm/v7' }],
  ['a line end behind its variant', { os: 'linux', architecture: 'arm', variant: 'v7\n' }],
])('R8-B2 an image whose config has %s says no platform', async (_what, config) => {
  expect(await single(JSON.stringify(config))).toEqual([]);
});

it('R8-B2 an index says at most 50 platforms, and none that is not a short name', async () => {
  const size = { digest: digestOf(Buffer.from('x')), size: 1 };
  const entry = (variant: string) => ({
    ...{ mediaType: mediaTypes.manifest, ...size },
    platform: { os: 'linux', architecture: 'arm', variant },
  });
  const variants = Array.from({ length: 150 }, (_, at) => `v${at}`);
  const manifests = ['y'.repeat(20_000), 'V7', ...variants].map(entry);
  expect(await holding(mediaTypes.index, { manifests })).toEqual(
    variants.slice(0, 50).map((variant) => `linux/arm/${variant}`),
  );
});

it('R5-C10 an index is for the platforms of its entries, and attestations are for none', async () => {
  const entry = (platform?: object) => {
    return {
      mediaType: mediaTypes.manifest,
      digest: digestOf(Buffer.from('x')),
      size: 1,
      ...(platform && { platform }),
    };
  };
  const platforms = [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm64', variant: 'v8' },
    { os: 'unknown', architecture: 'unknown' },
  ];
  const found = await holding(mediaTypes.index, { manifests: [...platforms.map(entry), entry()] });
  expect(found).toEqual(['linux/amd64', 'linux/arm64']);
});
