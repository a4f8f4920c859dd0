import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createLogger } from '@cooperage/telemetry';
import { mintToken, registryToken, services } from '@cooperage/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RegistryProxy } from './registry-proxy.js';

const repository = `through/${randomUUID()}`;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const [layer, config] = [randomBytes(6_000_000), Buffer.from('{}')];

let proxy: RegistryProxy;
let origin: string;
beforeAll(async () => {
  const { host } = services().registry;
  const logger = createLogger({ process: 'registry-proxy', level: 'silent' });
  proxy = new RegistryProxy({ registry: { host, insecure: true }, trustProxy: false, logger });
  origin = await proxy.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => proxy.close());

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | ReadableStream;
}

/** Asks the real registry through the proxy. A relative address is below the repository. */
function ask(target: string, { headers = {}, ...rest }: Asked = {}): Promise<Response> {
  const authorization = `Bearer ${registryToken(repository, ['pull', 'push', 'delete'])}`;
  const address = new URL(target, `${origin}/v2/${repository}/`);
  return fetch(address, { ...rest, headers: { authorization, ...headers }, duplex: 'half' } as RequestInit);
}

const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
const inOctets = { 'content-type': 'application/octet-stream' };

it('R11-2 pushes an image as clients do, in parts and in one piece, and pulls the same bytes', async () => {
  const begun = await ask('blobs/uploads/', { method: 'POST' });
  expect(begun.status).toBe(202);
  expect(begun.headers.get('docker-upload-uuid')).not.toBeNull();
  const half = layer.length / 2;
  // Of unknown length, as docker sends it, and of a known one.
  const first = await ask(begun.headers.get('location')!, {
    method: 'PATCH',
    headers: inOctets,
    body: new Blob([layer.subarray(0, half)]).stream(),
  });
  expect([first.status, first.headers.get('range')]).toEqual([202, `0-${half - 1}`]);
  const second = await ask(first.headers.get('location')!, {
    method: 'PATCH',
    headers: { ...inOctets, 'content-range': `${half}-${layer.length - 1}` },
    body: layer.subarray(half),
  });
  expect(second.status).toBe(202);
  const end = new URL(second.headers.get('location')!, origin);
  end.searchParams.set('digest', digestOf(layer));
  const whole = await ask(end.href, { method: 'PUT' });
  expect([whole.status, whole.headers.get('docker-content-digest')]).toEqual([201, digestOf(layer)]);

  const other = new URL((await ask('blobs/uploads/', { method: 'POST' })).headers.get('location')!, origin);
  other.searchParams.set('digest', digestOf(config));
  expect((await ask(other.href, { method: 'PUT', headers: inOctets, body: config })).status).toBe(201);

  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(layer), size: layer.length }],
    }),
  );
  const headers = { 'content-type': manifestType };
  expect((await ask('manifests/latest', { method: 'PUT', headers, body: manifest })).status).toBe(201);

  expect(await bytesOf(await ask('manifests/latest', { headers: { accept: manifestType } }))).toEqual(manifest);
  expect((await bytesOf(await ask(`blobs/${digestOf(layer)}`))).equals(layer)).toBe(true);
  expect(await (await ask('tags/list')).json()).toEqual({ name: repository, tags: ['latest'] });
});

it('R11-2 hands on a part of a blob, and what a HEAD says of it', async () => {
  const part = await ask(`blobs/${digestOf(layer)}`, { headers: { range: 'bytes=100-4999999' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-4999999/${layer.length}`]);
  expect((await bytesOf(part)).equals(layer.subarray(100, 5_000_000))).toBe(true);
  const head = await ask(`blobs/${digestOf(layer)}`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(layer.length)]);
  const manifest = await ask('manifests/latest', { method: 'HEAD', headers: { accept: manifestType } });
  expect([manifest.status, manifest.headers.get('content-type')]).toEqual([200, manifestType]);
});

it('R11-2 hands on where a token comes from, and what one may not', async () => {
  const answer = await fetch(`${origin}/v2/`);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm=".+",service="cooperage-registry"$/);
  expect(answer.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
  const authorization = `Bearer ${mintToken(services().registry, ['repository:another/one:pull'])}`;
  const refused = await ask('blobs/uploads/', { method: 'POST', headers: { authorization } });
  expect([refused.status, await refused.json()]).toMatchObject([401, { errors: [{ code: 'UNAUTHORIZED' }] }]);
});
