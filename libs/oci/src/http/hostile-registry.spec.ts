import { afterEach, describe, expect, it, vi } from 'vitest';
import { mountImage } from '../copy.js';
import { digestOf } from '../digest-of.js';
import { mediaTypes } from '../media-types.js';
import { RegistryClient } from '../registry-client.js';
import { answer, failure, StubServers } from './stub-servers.fixture.js';

const bytes = Buffer.from('{"schemaVersion":2}');
const digest = digestOf(bytes);
const stubs = new StubServers();

afterEach(() => stubs.close());

describe('bytes of a hostile registry', () => {
  it('S-044 refuses a manifest that is not the one asked for', async () => {
    const client = await stubs.registry((_, response) =>
      answer(response, 200, { 'content-type': mediaTypes.manifest, 'docker-content-digest': digest }, '{"other":1}'),
    );
    expect(await failure(client.manifests.get('a', digest))).toMatchObject({
      kind: 'invalid',
      code: 'DIGEST_MISMATCH',
    });
  });

  it('S-044 refuses a blob that is not the one asked for, read or streamed', async () => {
    const client = await stubs.registry((_, response) => answer(response, 200, {}, 'something else'));
    const options = { maxBytes: 1_000 };
    expect((await failure(client.blobs.read('a', digest, options))).code).toBe('DIGEST_MISMATCH');
    const stream = await client.blobs.open('a', digest, options);
    expect((await failure(stream.toArray())).code).toBe('DIGEST_MISMATCH');
  });

  it('R19A-3 keeps no list of the parts of an answer, each of which may be one byte', async () => {
    const body = Buffer.alloc(2_000, 0x20);
    const client = await stubs.registry(async (_, response) => {
      response.writeHead(200, { 'content-length': body.length });
      for (const byte of body) {
        response.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      response.end();
    });
    const joined = vi.spyOn(Buffer, 'concat');
    try {
      expect(await client.blobs.read('a', digestOf(body), { maxBytes: 1 << 20 })).toEqual(body);
      expect(Math.max(0, ...joined.mock.calls.map(([list]) => list.length))).toBeLessThan(100);
    } finally {
      joined.mockRestore();
    }
  });

  it('S-105 cuts off an answer without end', async () => {
    let closed: () => void;
    const cut = new Promise<void>((done) => (closed = done));
    const client = await stubs.registry((_, response) => {
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

  it.each(['announced', 'not announced'])(
    'R-L2 S-044 reads no manifest of 10 GiB, %s, by tag or digest, and no page of tags or referrers',
    async (how) => {
      const client = await stubs.registry((_, response) => {
        response.writeHead(200, {
          'content-type': mediaTypes.manifest,
          ...(how === 'announced' && { 'content-length': String(10 * 2 ** 30) }),
        });
        const timer = setInterval(() => response.write(Buffer.alloc(1 << 20)), 1);
        response.on('close', () => clearInterval(timer));
      });
      const drain = async () => {
        for await (const _ of client.tags.list('a'));
      };
      for (const call of [
        () => client.manifests.get('a', 'latest'),
        () => client.manifests.get('a', digest),
        () => client.blobs.read('a', digest, { maxBytes: 8 << 20 }),
        () => client.referrers.list('a', digest),
        drain,
      ])
        expect(await failure(call())).toMatchObject({ kind: 'invalid', code: 'TOO_LARGE' });
    },
  );

  it('S-105 does not even begin to read what is announced as too large', async () => {
    const client = await stubs.registry((_, response) =>
      answer(response, 200, { 'content-length': '5000000000' }, 'x'),
    );
    expect((await failure(client.blobs.read('a', digest, { maxBytes: 100 }))).code).toBe('TOO_LARGE');
  });

  it('S-105 gives up on an answer that never comes, and on one that drips', async () => {
    const silent = await stubs.registry(() => {}, { timeoutMs: 80 });
    expect(await failure(silent.manifests.get('a', 'latest'))).toMatchObject({ kind: 'unavailable', code: 'TIMEOUT' });
    const slow = await stubs.registry(
      (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 80 },
    );
    expect(await failure(slow.manifests.get('a', 'latest'))).toMatchObject({ kind: 'unavailable', code: 'TIMEOUT' });
  });

  it('S-105 gives an upload time by its size, and no more', async () => {
    const client = await stubs.registry(
      (request, response) => {
        request.resume();
        if (request.method === 'POST') return answer(response, 202, { location: '/upload' });
        setTimeout(() => answer(response, 201), 1_500);
      },
      { timeoutMs: 1_000 },
    );
    const large = Buffer.alloc(8_000_000);
    expect(await client.blobs.put('a', large)).toBe(digestOf(large));
    expect((await failure(client.blobs.put('a', Buffer.alloc(10)))).code).toBe('TIMEOUT');
  });

  it('S-105 gives up on a stream that falls silent', async () => {
    const client = await stubs.registry((_, response) => void response.writeHead(200).write('x'), { timeoutMs: 2_000 });
    const stream = await client.blobs.open('a', digest, { maxBytes: 100 });
    // The connection pool looks at silent bodies about once a second.
    expect(await failure(stream.toArray())).toMatchObject({ kind: 'unavailable', code: 'UND_ERR_BODY_TIMEOUT' });
  });

  it('S-044 mounts no image whose layers live elsewhere', async () => {
    const blob = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: 1 };
    const manifest = JSON.stringify({ config: blob, layers: [{ ...blob, urls: ['https://169.254.169.254/layer'] }] });
    const methods = new Set<string | undefined>();
    const client = await stubs.registry((request, response) => {
      methods.add(request.method);
      answer(response, 200, { 'content-type': mediaTypes.manifest }, manifest);
    });
    const mount = mountImage(client, { from: 'a', to: 'b', digest: digestOf(Buffer.from(manifest)) });
    expect((await failure(mount)).code).toBe('FOREIGN_LAYER');
    expect([...methods]).toEqual(['GET']);
  });

  it('reads lists page by page, and no list without end', async () => {
    const client = await stubs.registry((request, response) => {
      const last = Number(new URL(request.url!, 'http://x').searchParams.get('last') ?? 0);
      const link = { link: `</v2/a/tags/list?n=2&last=${last + 1}>; rel="next"` };
      answer(response, 200, last < 3 ? link : {}, JSON.stringify({ name: 'a', tags: [`t${last}`] }));
    });
    const tags: string[] = [];
    for await (const tag of client.tags.list('a')) tags.push(tag);
    expect(tags).toEqual(['t0', 't1', 't2', 't3']);
    const many = JSON.stringify({ tags: Array(30_000).fill('t') });
    const endless = await stubs.registry((_, response) =>
      answer(response, 200, { link: '</v2/a/tags/list?x>; rel="next"' }, many),
    );
    const drain = async () => {
      for await (const _ of endless.tags.list('a'));
    };
    expect((await failure(drain())).code).toBe('TOO_LARGE');
  });

  it('R10-B3 lists 9,000 tags of 128 characters that come in one answer', async () => {
    const all = Array.from({ length: 9_000 }, (_, at) => String(at).padStart(128, 't'));
    const client = await stubs.registry((_, response) => answer(response, 200, {}, JSON.stringify({ tags: all })));
    const tags: string[] = [];
    for await (const tag of client.tags.list('a')) tags.push(tag);
    expect(tags).toEqual(all);
  });

  it('does not believe the digest of a put', async () => {
    const client = await stubs.registry((request, response) => {
      request.resume();
      answer(response, 201, { 'docker-content-digest': digestOf(Buffer.from('other')) });
    });
    const manifest = { bytes, mediaType: mediaTypes.manifest };
    expect((await failure(client.manifests.put('a', 'v1', manifest))).code).toBe('DIGEST_MISMATCH');
  });
});

describe('aborting', () => {
  it("throws the caller's own reason at once", async () => {
    const client = await stubs.registry(() => {});
    const controller = new AbortController();
    const reason = new Error('canceled by a person');
    const call = client.manifests.get('a', 'latest', { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(call).rejects.toBe(reason);
    await expect(client.manifests.get('a', 'latest', { signal: controller.signal })).rejects.toBe(reason);
  });

  it('ends a stream that has begun', async () => {
    const client = await stubs.registry((_, response) => void response.writeHead(200).write('x'));
    const controller = new AbortController();
    const reason = new Error('canceled');
    const stream = await client.blobs.open('a', digest, { maxBytes: 100, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(stream.toArray()).rejects.toBe(reason);
  });
});

describe('errors', () => {
  it('throws what the caller’s own token source throws, as it is', async () => {
    const reason = Object.assign(new Error('the tenure is over'), { code: 'ECONNREFUSED' });
    const tokenFor = () => Promise.reject(reason);
    const client = await stubs.registry((_, response) => answer(response, 200), {
      credentials: { kind: 'token', tokenFor },
    });
    await expect(client.manifests.get('a', 'latest')).rejects.toBe(reason);
  });

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
    const client = await stubs.registry((_, response) => answer(response, status));
    expect((await failure(client.manifests.get('a', 'latest'))).kind).toBe(kind);
  });

  it('keeps the code and the time to wait, and none of the registry’s words', async () => {
    const body = JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message: 'token s3cret at /var/lib' }] });
    const client = await stubs.registry((_, response) => answer(response, 429, { 'retry-after': '7' }, body));
    const error = await failure(client.manifests.get('a', 'latest'));
    expect(error).toMatchObject({ status: 429, code: 'TOOMANYREQUESTS', retryAfterMs: 7_000 });
    expect(error.message).not.toMatch(/s3cret|var/);
  });

  it('S-105 reads no error of 10 GB, and no code that is no code', async () => {
    const client = await stubs.registry((_, response) => {
      response.writeHead(403);
      const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
      response.on('close', () => clearInterval(timer));
    });
    expect(await failure(client.manifests.get('a', 'latest'))).toMatchObject({ kind: 'denied', code: undefined });
    const odd = await stubs.registry((_, response) => answer(response, 403, {}, '{"errors":[{"code":"<script>"}]}'));
    expect((await failure(odd.manifests.get('a', 'latest'))).code).toBeUndefined();
  });

  it('says that a registry that is not there is not there', async () => {
    const host = await stubs.serve(() => {});
    stubs.close();
    const client = new RegistryClient({ host, scheme: 'http' });
    expect(await failure(client.manifests.get('a', 'latest'))).toMatchObject({
      kind: 'unavailable',
      code: 'ECONNREFUSED',
    });
  });

  it('tries once more when a kept connection turns out dead', async () => {
    let requests = 0;
    const client = await stubs.registry((request, response) => {
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
    const client = await stubs.registry((request) => {
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
