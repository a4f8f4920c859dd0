import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mountImage } from './copy.js';
import { digestOf } from './digest-of.js';
import { readImage } from './image-reader.js';
import { mediaTypes } from './media-types.js';
import { referrersIndexBytes, referrersTag } from './referrers-index.js';
import { RegistryClient } from './registry-client.js';
import { isRegistryError } from './registry-error.js';
import type { RegistryScope } from './token/registry-scope.js';
import { mintRegistryToken, registryTokenKey } from './token/registry-token.js';

const open = new RegistryClient({ host: services().openRegistry, scheme: 'http' });
const run = randomBytes(6).toString('hex');
const staging = `staging/${run}/branch`;
const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip';

async function tagsOf(client: RegistryClient, repository: string): Promise<string[]> {
  const tags: string[] = [];
  for await (const tag of client.tags.list(repository)) tags.push(tag);
  return tags;
}

interface Put {
  mediaType: string;
  digest: `sha256:${string}`;
  size: number;
}

async function putManifest(client: RegistryClient, repository: string, manifest: { mediaType: string }): Promise<Put> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...manifest }));
  const { digest } = await client.manifests.put(repository, null, { bytes, mediaType: manifest.mediaType });
  return { mediaType: manifest.mediaType, digest, size: bytes.length };
}

async function putImage(
  client: RegistryClient,
  repository: string,
  layerCount: number,
  architecture = 'amd64',
): Promise<Put> {
  const layers = Array.from({ length: layerCount }, () => randomBytes(20_000));
  const config = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture,
      config: { Labels: { 'org.opencontainers.image.revision': 'abc' } },
      rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
      history: [
        ...layers.map((_, index) => ({ created_by: `RUN step ${index}` })),
        { created_by: 'CMD', empty_layer: true },
      ],
    }),
  );
  await Promise.all([config, ...layers].map((blob) => client.blobs.put(repository, blob)));
  return putManifest(client, repository, {
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
    layers: layers.map((layer) => ({ mediaType: layerType, digest: digestOf(layer), size: layer.length })),
    annotations: { 'org.opencontainers.image.revision': 'abc' },
  } as { mediaType: string });
}

describe('mountImage', () => {
  it('R2-N14 writes nothing of an image whose manifest claims other sizes than the registry holds', async () => {
    const [config, layer] = [Buffer.from('{}'), randomBytes(20_000)];
    await Promise.all([config, layer].map((blob) => open.blobs.put(staging, blob)));
    const { digest } = await putManifest(open, staging, {
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
      layers: [{ mediaType: layerType, digest: digestOf(layer), size: 1 }],
    } as { mediaType: string });
    const to = `org/${run}/claims`;
    const asked: number[] = [];
    const admit = async (bytes: number) => void asked.push(bytes);
    const failure = await mountImage(open, { from: staging, to, digest, admit }).catch((error: unknown) => error);
    expect(isRegistryError(failure, 'invalid')).toBe(true);
    expect((failure as Error).message).toContain('has 1 bytes, and it has 20000');
    expect(asked).toEqual([]);
    expect(await open.blobs.size(to, digestOf(layer))).toBeNull();
  });

  it('R2-H3 writes nothing of an image that is not admitted, and asks with the size of all of it', async () => {
    const { digest } = await putImage(open, staging, 2);
    const to = `org/${run}/refused`;
    let asked = 0;
    const admit = async (bytes: number) => {
      asked = bytes;
      throw new Error('too large');
    };
    await expect(mountImage(open, { from: staging, to, digest, admit })).rejects.toThrow('too large');
    const { root, blobBytes } = await mountImage(open, { from: staging, to: `${to}/not`, digest });
    expect(asked).toBe(root.size + blobBytes);
    await expect(open.manifests.get(to, digest)).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('takes a whole image over, without a tag, and again without harm', async () => {
    const image = await putImage(open, staging, 8);
    const request = { from: staging, to: `org/${run}`, digest: image.digest };
    const mounted = await mountImage(open, request);
    expect(mounted).toMatchObject({ root: image, manifests: [image.digest], blobCount: 9, uploadedCount: 0 });
    expect(await mountImage(open, request)).toEqual(mounted);
    expect((await open.manifests.get(request.to, image.digest)).size).toBe(image.size);
    expect(await tagsOf(open, request.to)).toEqual([]);
    const { platforms } = await readImage(open, request.to, image.digest);
    expect(platforms).toMatchObject([
      {
        platform: { os: 'linux', architecture: 'amd64' },
        annotations: { 'org.opencontainers.image.revision': 'abc' },
        config: { labels: { 'org.opencontainers.image.revision': 'abc' } },
      },
    ]);
    expect(platforms[0]?.history.map((step) => step.layerIndex)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, undefined]);
    for (const layer of platforms[0]!.layers)
      expect(await open.blobs.size(request.to, layer.digest)).toBe(layer.sizeBytes);
  });

  it('takes an index over with its platforms and attestations', async () => {
    const [amd64, arm64, attestation] = await Promise.all([
      putImage(open, staging, 2),
      putImage(open, staging, 3, 'arm64'),
      putImage(open, staging, 1),
    ]);
    const index = await putManifest(open, staging, {
      mediaType: mediaTypes.index,
      manifests: [
        { ...amd64, platform: { os: 'linux', architecture: 'amd64' } },
        { ...arm64, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
        {
          ...attestation,
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
        },
      ],
    } as { mediaType: string });
    const mounted = await mountImage(open, { from: staging, to: `org/${run}`, digest: index.digest });
    expect(mounted).toMatchObject({ root: index, blobCount: 9 });
    expect(mounted.manifests).toEqual([amd64, arm64, attestation, index].map(({ digest }) => digest));
    const image = await readImage(open, `org/${run}`, index.digest);
    expect(image.platforms.map((platform) => platform.platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
    ]);
    expect(image.otherEntries.map((entry) => entry.digest)).toEqual([attestation.digest]);
  });

  it('S-115 leaves behind what a step attached to the image in staging', async () => {
    const image = await putImage(open, staging, 1);
    const forged = await putImage(open, staging, 1);
    const index = { bytes: referrersIndexBytes([forged]), mediaType: mediaTypes.index };
    await open.manifests.put(staging, referrersTag(image.digest), index);
    await mountImage(open, { from: staging, to: `org/${run}/clean`, digest: image.digest });
    expect(await open.referrers.list(`org/${run}/clean`, image.digest)).toEqual([]);
    expect(await open.manifests.find(`org/${run}/clean`, forged.digest)).toBeNull();
  });

  it('S-044 refuses an image of 10,000 layers before it writes anything', async () => {
    const config = Buffer.from('{}');
    await Promise.all([open.blobs.put(staging, config), open.blobs.put(staging, Buffer.from('x'))]);
    const huge = await putManifest(open, staging, {
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
      layers: Array(10_000).fill({ mediaType: layerType, digest: digestOf(Buffer.from('x')), size: 1 }),
    } as { mediaType: string });
    const to = `org/${run}/never`;
    const failure = await mountImage(open, { from: staging, to, digest: huge.digest }).catch((error: unknown) => error);
    expect(isRegistryError(failure, 'invalid') && failure.code).toBe('TOO_LARGE');
    expect(await open.blobs.size(to, digestOf(config))).toBeNull();
  });

  it('says that an image is missing when it is', async () => {
    const digest = digestOf(randomBytes(8));
    const failure = await mountImage(open, { from: staging, to: `org/${run}`, digest }).catch(
      (error: unknown) => error,
    );
    expect(isRegistryError(failure, 'not_found')).toBe(true);
  });
});

describe('a registry without cross-repository mounts', () => {
  let proxy: Server;

  beforeAll(async () => {
    proxy = createServer((incoming, response) => {
      const path = incoming.url!.replace(/\?mount=.*/, '');
      const { method, headers } = incoming;
      const [host, port] = services().openRegistry.split(':');
      const forward = request({ host, port, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(forward);
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  });

  afterAll(() => proxy.close());

  it('gets the image all the same, through us', async () => {
    const client = new RegistryClient({ host: `127.0.0.1:${(proxy.address() as AddressInfo).port}`, scheme: 'http' });
    const image = await putImage(client, staging, 2);
    const to = `org/${run}/uploaded`;
    expect(await mountImage(client, { from: staging, to, digest: image.digest })).toMatchObject({
      root: image,
      uploadedCount: 3,
    });
    const { platforms } = await readImage(client, to, image.digest);
    for (const layer of platforms[0]!.layers) expect(await client.blobs.size(to, layer.digest)).toBe(layer.sizeBytes);
  });
});

describe('a registry that asks for tokens', () => {
  const { registry } = services();
  const key = registryTokenKey(readFileSync(registry.tokenKeyFile), readFileSync(registry.tokenCertFile));

  /** A client whose tokens never reach beyond `granted`, whatever a call needs. */
  function bounded(granted: readonly RegistryScope[], shiftSeconds = 0): RegistryClient {
    const tokenFor = () =>
      mintRegistryToken(key, {
        issuer: registry.issuer,
        service: registry.service,
        subject: 'test',
        asked: granted,
        granted,
        ttlSeconds: 60,
        nowMs: Date.now() + shiftSeconds * 1000,
      }).token;
    return new RegistryClient({ host: registry.host, scheme: 'http', credentials: { kind: 'token', tokenFor } });
  }

  const target = `org/${run}`;
  const builder = bounded([{ repository: staging, actions: ['pull', 'push'] }]);
  const publisher = bounded([
    { repository: staging, actions: ['pull'] },
    { repository: target, actions: ['pull', 'push'] },
  ]);
  const denied = async (call: Promise<unknown>) =>
    isRegistryError(await call.catch((error: unknown) => error), 'denied');

  it('mounts with pull on the source and push on the target', async () => {
    const image = await putImage(builder, staging, 3);
    expect(await mountImage(publisher, { from: staging, to: target, digest: image.digest })).toMatchObject({
      uploadedCount: 0,
    });
    await publisher.tags.put(target, 'v1', image.digest);
    expect((await publisher.manifests.get(target, 'v1')).digest).toBe(image.digest);
  });

  it('S-107 lets a token reach its own repository and nothing else, by trying', async () => {
    const image = await putImage(builder, staging, 1);
    expect(await denied(builder.blobs.put(target, Buffer.from('x')))).toBe(true);
    expect(await denied(builder.manifests.get(target, 'v1'))).toBe(true);
    expect(await denied(builder.manifests.delete(staging, image.digest))).toBe(true);
    expect(await denied(tagsOf(builder, `staging/${run}`))).toBe(true);
    expect(await denied(publisher.blobs.put(staging, Buffer.from('x')))).toBe(true);
  });

  it('S-117 refuses the token of a publisher whose time is over', async () => {
    const scopes: RegistryScope[] = [{ repository: target, actions: ['pull', 'push'] }];
    expect(await denied(bounded(scopes, -60 - 61).blobs.put(target, Buffer.from('late')))).toBe(true);
    await bounded(scopes, -60 - 50).blobs.put(target, Buffer.from('within the leeway'));
  });

  it('denies whoever has no token', async () => {
    const anonymous = new RegistryClient({ host: registry.host, scheme: 'http' });
    const failure = await anonymous.manifests.get(target, 'v1').catch((error: unknown) => error);
    expect(isRegistryError(failure)).toBe(true);
  });
});
