import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { mountImage } from '../copy.js';
import { digestOf } from '../digest-of.js';
import { mediaTypes } from '../media-types.js';
import { RegistryClient } from '../registry-client.js';
import { RegistryError } from '../registry-error.js';
import type { RegistryAddress } from './registry-http.js';

const bytes = Buffer.from('{"schemaVersion":2}');
const digest = digestOf(bytes);
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function registry(listener: RequestListener, more: Partial<RegistryAddress> = {}): Promise<RegistryClient> {
  return new RegistryClient({ host: await serve(listener), scheme: 'http', timeoutMs: 2_000, ...more });
}

async function failure(call: Promise<unknown>): Promise<RegistryError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RegistryError) return error;
  throw new Error(`no RegistryError but ${String(error)}`);
}

const answer = (response: ServerResponse, status: number, headers: Record<string, string> = {}, body = '') =>
  response.writeHead(status, headers).end(body);

describe('bytes of a hostile registry', () => {
  it('S-044 refuses a manifest that is not the one asked for', async () => {
    const client = await registry((_, response) =>
      answer(response, 200, { 'content-type': mediaTypes.manifest, 'docker-content-digest': digest }, '{"other":1}'),
    );
    expect(await failure(client.manifests.get('a', digest))).toMatchObject({
      kind: 'invalid',
      code: 'DIGEST_MISMATCH',
    });
  });

  it('S-044 refuses a blob that is not the one asked for, read or streamed', async () => {
    const client = await registry((_, response) => answer(response, 200, {}, 'something else'));
    const options = { maxBytes: 1_000 };
    expect((await failure(client.blobs.read('a', digest, options))).code).toBe('DIGEST_MISMATCH');
    const stream = await client.blobs.open('a', digest, options);
    expect((await failure(stream.toArray())).code).toBe('DIGEST_MISMATCH');
  });

  it('S-105 cuts off an answer without end', async () => {
    let closed: () => void;
    const cut = new Promise<void>((done) => (closed = done));
    const client = await registry((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
      response.on('close', () => {
        clearInterval(timer);
        closed();
      });
    });
    expect(await failure(client.blobs.read('a', digest, { maxBytes: 1 << 20 }))).toMatchObject({
      kind: 'invalid',
      code: 'TOO_LARGE',
    });
    await cut;
  });

  it('S-105 does not even begin to read what is announced as too large', async () => {
    const client = await registry((_, response) => answer(response, 200, { 'content-length': '5000000000' }, 'x'));
    expect((await failure(client.blobs.read('a', digest, { maxBytes: 100 }))).code).toBe('TOO_LARGE');
  });

  it('S-105 gives up on an answer that never comes, and on one that drips', async () => {
    const silent = await registry(() => {}, { timeoutMs: 80 });
    expect(await failure(silent.manifests.get('a', 'latest'))).toMatchObject({ kind: 'unavailable', code: 'TIMEOUT' });
    const slow = await registry(
      (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 80 },
    );
    expect(await failure(slow.manifests.get('a', 'latest'))).toMatchObject({ kind: 'unavailable', code: 'TIMEOUT' });
  });

  it('S-105 gives up on a stream that falls silent', async () => {
    const client = await registry((_, response) => void response.writeHead(200).write('x'), { timeoutMs: 80 });
    const stream = await client.blobs.open('a', digest, { maxBytes: 100 });
    // The connection pool looks at silent bodies about once a second.
    expect(await failure(stream.toArray())).toMatchObject({ kind: 'unavailable', code: 'UND_ERR_BODY_TIMEOUT' });
  });

  it('S-044 mounts no image whose layers live elsewhere', async () => {
    const blob = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: 1 };
    const manifest = JSON.stringify({ config: blob, layers: [{ ...blob, urls: ['https://169.254.169.254/layer'] }] });
    const methods = new Set<string | undefined>();
    const client = await registry((request, response) => {
      methods.add(request.method);
      answer(response, 200, { 'content-type': mediaTypes.manifest }, manifest);
    });
    const mount = mountImage(client, { from: 'a', to: 'b', digest: digestOf(Buffer.from(manifest)) });
    expect((await failure(mount)).code).toBe('FOREIGN_LAYER');
    expect([...methods]).toEqual(['GET']);
  });

  it('reads lists page by page, and no list without end', async () => {
    const client = await registry((request, response) => {
      const last = Number(new URL(request.url!, 'http://x').searchParams.get('last') ?? 0);
      const link = { link: `</v2/a/tags/list?n=2&last=${last + 1}>; rel="next"` };
      answer(response, 200, last < 3 ? link : {}, JSON.stringify({ name: 'a', tags: [`t${last}`] }));
    });
    const tags: string[] = [];
    for await (const tag of client.tags.list('a')) tags.push(tag);
    expect(tags).toEqual(['t0', 't1', 't2', 't3']);
    const many = JSON.stringify({ tags: Array(30_000).fill('t') });
    const endless = await registry((_, response) =>
      answer(response, 200, { link: '</v2/a/tags/list?x>; rel="next"' }, many),
    );
    const drain = async () => {
      for await (const _ of endless.tags.list('a'));
    };
    expect((await failure(drain())).code).toBe('TOO_LARGE');
  });

  it('does not believe the digest of a put', async () => {
    const client = await registry((request, response) => {
      request.resume();
      answer(response, 201, { 'docker-content-digest': digestOf(Buffer.from('other')) });
    });
    const manifest = { bytes, mediaType: mediaTypes.manifest };
    expect((await failure(client.manifests.put('a', 'v1', manifest))).code).toBe('DIGEST_MISMATCH');
  });
});

describe('aborting', () => {
  it("throws the caller's own reason at once", async () => {
    const client = await registry(() => {});
    const controller = new AbortController();
    const reason = new Error('canceled by a person');
    const call = client.manifests.get('a', 'latest', { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(call).rejects.toBe(reason);
    await expect(client.manifests.get('a', 'latest', { signal: controller.signal })).rejects.toBe(reason);
  });

  it('ends a stream that has begun', async () => {
    const client = await registry((_, response) => void response.writeHead(200).write('x'));
    const controller = new AbortController();
    const reason = new Error('canceled');
    const stream = await client.blobs.open('a', digest, { maxBytes: 100, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(stream.toArray()).rejects.toBe(reason);
  });
});

describe('errors', () => {
  it.each([
    [401, 'denied'],
    [403, 'denied'],
    [404, 'not_found'],
    [400, 'rejected'],
    [405, 'rejected'],
    [413, 'rejected'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [204, 'invalid'],
  ])('reads %d as %s', async (status, kind) => {
    const client = await registry((_, response) => answer(response, status));
    expect((await failure(client.manifests.get('a', 'latest'))).kind).toBe(kind);
  });

  it('keeps the code and the time to wait, and none of the registry’s words', async () => {
    const body = JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message: 'token s3cret at /var/lib' }] });
    const client = await registry((_, response) => answer(response, 429, { 'retry-after': '7' }, body));
    const error = await failure(client.manifests.get('a', 'latest'));
    expect(error).toMatchObject({ status: 429, code: 'TOOMANYREQUESTS', retryAfterMs: 7_000 });
    expect(error.message).not.toMatch(/s3cret|var/);
  });

  it('S-105 reads no error of 10 GB, and no code that is no code', async () => {
    const client = await registry((_, response) => {
      response.writeHead(403);
      const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
      response.on('close', () => clearInterval(timer));
    });
    expect(await failure(client.manifests.get('a', 'latest'))).toMatchObject({ kind: 'denied', code: undefined });
    const odd = await registry((_, response) => answer(response, 403, {}, '{"errors":[{"code":"<script>"}]}'));
    expect((await failure(odd.manifests.get('a', 'latest'))).code).toBeUndefined();
  });

  it('says that a registry that is not there is not there', async () => {
    const host = await serve(() => {});
    servers.pop()!.close();
    const client = new RegistryClient({ host, scheme: 'http' });
    expect(await failure(client.manifests.get('a', 'latest'))).toMatchObject({
      kind: 'unavailable',
      code: 'ECONNREFUSED',
    });
  });

  it('tries once more when a kept connection turns out dead', async () => {
    let requests = 0;
    const client = await registry((request, response) => {
      requests++;
      if (requests === 2) return void request.socket.destroy();
      answer(response, 200, { 'content-type': mediaTypes.manifest }, bytes.toString());
    });
    await client.manifests.get('a', digest);
    await client.manifests.get('a', digest);
    expect(requests).toBe(3);
  });

  it('does not go on trying', async () => {
    let requests = 0;
    const client = await registry((request) => {
      requests++;
      request.socket.destroy();
    });
    expect((await failure(client.manifests.get('a', digest))).kind).toBe('unavailable');
    expect(requests).toBe(2);
  });

  it.each(['../x', 'A', 'a//b', 'a/../../b', 'a b', ''])(
    'refuses the repository name %j before any call',
    async (name) => {
      const client = new RegistryClient({ host: '127.0.0.1:1', scheme: 'http' });
      await expect(client.manifests.get(name, 'latest')).rejects.toThrow(TypeError);
      await expect(client.blobs.put(name, bytes)).rejects.toThrow(TypeError);
      await expect(client.manifests.get('a', `${name}/`)).rejects.toThrow(TypeError);
    },
  );
});

describe('addresses', () => {
  it('S-104 sends no credentials along with a redirect', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const storage = await serve((request, response) => {
      seen.push(request.headers);
      answer(response, 200, {}, bytes.toString());
    });
    const client = await registry((_, response) => answer(response, 307, { location: `http://${storage}/blob` }), {
      trustedHosts: [storage],
      credentials: { kind: 'token', tokenFor: () => 's3cret' },
    });
    expect(await client.blobs.read('a', digest, { maxBytes: 100 })).toEqual(bytes);
    expect(seen[0]).not.toHaveProperty('authorization');
  });

  it('S-104 follows no redirect to plain http elsewhere, and none for ever', async () => {
    let calls = 0;
    const inner = await serve((_, response) => {
      calls++;
      answer(response, 200);
    });
    const client = await registry((_, response) => answer(response, 302, { location: `http://${inner}/` }));
    expect((await failure(client.blobs.read('a', digest, { maxBytes: 100 }))).kind).toBe('invalid');
    expect(calls).toBe(0);
    const loop = await registry((request, response) => answer(response, 302, { location: request.url! }));
    expect((await failure(loop.blobs.read('a', digest, { maxBytes: 100 }))).code).toBe('REDIRECTS');
  });

  it('S-104 uploads nothing to another host', async () => {
    let calls = 0;
    const inner = await serve((_, response) => {
      calls++;
      answer(response, 201);
    });
    const client = await registry((_, response) => answer(response, 202, { location: `http://${inner}/upload` }));
    expect((await failure(client.blobs.put('a', bytes))).kind).toBe('invalid');
    expect(calls).toBe(0);
  });
});

describe('token service', () => {
  const credentials = { kind: 'basic', username: 'robot', password: 's3cret' } as const;

  /** A registry that wants `Bearer good`, whose realm is `realm()`. */
  const guarded =
    (realm: () => string): RequestListener =>
    (request, response) => {
      request.resume();
      if (request.headers.authorization === 'Bearer good')
        return answer(response, 200, { 'content-type': mediaTypes.manifest }, bytes.toString());
      const challenge = `Bearer realm="${realm()}",service="reg",scope="repository:everything:*"`;
      return answer(response, 401, { 'www-authenticate': challenge });
    };

  it('S-107 asks for the scope of the call, never for what the registry suggests, and keeps the token', async () => {
    const asked: (string | undefined)[] = [];
    const service = await serve((request, response) => {
      asked.push(request.url, request.headers.authorization);
      answer(response, 200, {}, JSON.stringify({ token: 'good', expires_in: 300 }));
    });
    const client = await registry(
      guarded(() => `http://${service}/token`),
      { credentials, trustedHosts: [service] },
    );
    await client.manifests.get('org/app', digest);
    await client.manifests.get('org/app', digest);
    const basic = `Basic ${Buffer.from('robot:s3cret').toString('base64')}`;
    expect(asked).toEqual(['/token?service=reg&scope=repository%3Aorg%2Fapp%3Apull', basic]);
  });

  it('gets a new token when the registry no longer takes the old one', async () => {
    let valid = 'one';
    const service = await serve((_, response) => answer(response, 200, {}, JSON.stringify({ access_token: valid })));
    const client = await registry(
      (request, response) =>
        request.headers.authorization === `Bearer ${valid}`
          ? answer(response, 200, { 'content-type': mediaTypes.manifest }, bytes.toString())
          : answer(response, 401, { 'www-authenticate': `Bearer realm="http://${service}/"` }),
      { trustedHosts: [service] },
    );
    await client.manifests.get('a', digest);
    valid = 'two';
    await client.manifests.get('a', digest);
    valid = 'three';
    await client.manifests.get('a', digest);
  });

  it('S-104 shows credentials to no realm without encryption elsewhere', async () => {
    let calls = 0;
    const thief = await serve((_, response) => {
      calls++;
      answer(response, 200, {}, '{"token":"good"}');
    });
    const client = await registry(
      guarded(() => `http://${thief}/token`),
      { credentials },
    );
    expect((await failure(client.manifests.get('a', digest))).kind).toBe('invalid');
    expect(calls).toBe(0);
  });

  it.each([
    ['{"token":"a\\r\\nx-evil: 1"}', 'invalid'],
    ['{"token":5}', 'invalid'],
    ['{}', 'invalid'],
    ['no json', 'invalid'],
    [`{"token":"${'x'.repeat(70_000)}"}`, 'invalid'],
    ['{"token":"bad"}', 'denied'],
  ])('S-074 takes %s for no key', async (body, kind) => {
    const service = await serve((_, response) => answer(response, 200, {}, body));
    const client = await registry(
      guarded(() => `http://${service}/token`),
      { trustedHosts: [service] },
    );
    expect((await failure(client.manifests.get('a', digest))).kind).toBe(kind);
  });

  it.each([
    [401, 'denied'],
    [500, 'unavailable'],
  ])('reads a %d of the token service as %s', async (status, kind) => {
    const service = await serve((_, response) => answer(response, status));
    const client = await registry(
      guarded(() => `http://${service}/`),
      { credentials, trustedHosts: [service] },
    );
    expect((await failure(client.manifests.get('a', digest))).kind).toBe(kind);
  });

  it('sends name and password where Basic is asked for, once', async () => {
    let calls = 0;
    const client = await registry(
      (_, response) => {
        calls++;
        answer(response, 401, { 'www-authenticate': 'Basic realm="x"' });
      },
      { credentials },
    );
    expect((await failure(client.manifests.get('a', digest))).kind).toBe('denied');
    expect(calls).toBe(2);
  });

  it('asks nobody else when the caller gives the tokens', async () => {
    const service = await serve((_, response) => answer(response, 200, {}, '{"token":"good"}'));
    const scopes: unknown[] = [];
    const tokenFor = (asked: unknown) => {
      scopes.push(asked);
      return 'stale';
    };
    const client = await registry(
      guarded(() => `http://${service}/`),
      {
        credentials: { kind: 'token', tokenFor },
        trustedHosts: [service],
      },
    );
    expect((await failure(client.manifests.get('a', digest))).kind).toBe('denied');
    expect(scopes).toEqual([[{ repository: 'a', actions: ['pull'] }]]);
  });
});
