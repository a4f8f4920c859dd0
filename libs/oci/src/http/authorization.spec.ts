import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { digestOf } from '../digest-of.js';
import { mediaTypes } from '../media-types.js';
import { RegistryClient } from '../registry-client.js';
import { newRegistryTokenKey } from '../token/new-registry-token-key.js';
import { answer, failure, StubServers } from './stub-servers.fixture.js';

const bytes = Buffer.from('{"schemaVersion":2}');
const digest = digestOf(bytes);
const stubs = new StubServers();

afterEach(() => stubs.close());

describe('addresses', () => {
  it('S-104 sends no credentials along with a redirect', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const storage = await stubs.serve((request, response) => {
      seen.push(request.headers);
      answer(response, 200, {}, bytes.toString());
    });
    const client = await stubs.registry(
      (_, response) => answer(response, 307, { location: `http://${storage}/blob` }),
      {
        trustedHosts: [storage],
        credentials: { kind: 'token', tokenFor: () => 's3cret' },
      },
    );
    expect(await client.blobs.read('a', digest, { maxBytes: 100 })).toEqual(bytes);
    expect(seen[0]).not.toHaveProperty('authorization');
  });

  it('S-104 follows no redirect to plain http elsewhere, and none for ever', async () => {
    let calls = 0;
    const inner = await stubs.serve((_, response) => {
      calls++;
      answer(response, 200);
    });
    const client = await stubs.registry((_, response) => answer(response, 302, { location: `http://${inner}/` }));
    expect((await failure(client.blobs.read('a', digest, { maxBytes: 100 }))).kind).toBe('invalid');
    expect(calls).toBe(0);
    const loop = await stubs.registry((request, response) => answer(response, 302, { location: request.url! }));
    expect((await failure(loop.blobs.read('a', digest, { maxBytes: 100 }))).code).toBe('REDIRECTS');
  });

  it('S-104 uploads nothing to another host', async () => {
    let calls = 0;
    const inner = await stubs.serve((_, response) => {
      calls++;
      answer(response, 201);
    });
    const client = await stubs.registry((_, response) => answer(response, 202, { location: `http://${inner}/upload` }));
    expect((await failure(client.blobs.put('a', bytes))).kind).toBe('invalid');
    expect(calls).toBe(0);
  });
});

describe('encryption', () => {
  it('S-108 takes no certificate that nobody vouches for, and the operator’s own authority where it is given', async () => {
    const { privateKeyPem: key, certificatePem: cert } = newRegistryTokenKey('127.0.0.1', 1);
    let calls = 0;
    const server = createServer({ key, cert }, (_, response) => {
      calls++;
      answer(response, 200, { 'content-type': mediaTypes.manifest }, bytes.toString());
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const untrusting = new RegistryClient({ host, credentials: { kind: 'token', tokenFor: () => 's3cret' } });
    expect(await failure(untrusting.manifests.get('a', digest))).toMatchObject({
      kind: 'unavailable',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(calls).toBe(0);
    const dispatcher = new Agent({ connect: { ca: cert, checkServerIdentity: () => undefined } });
    await new RegistryClient({ host, dispatcher }).manifests.get('a', digest);
    await dispatcher.close();
    server.close();
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
    const service = await stubs.serve((request, response) => {
      asked.push(request.url, request.headers.authorization);
      answer(response, 200, {}, JSON.stringify({ token: 'good', expires_in: 300 }));
    });
    const client = await stubs.registry(
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
    const service = await stubs.serve((_, response) =>
      answer(response, 200, {}, JSON.stringify({ access_token: valid })),
    );
    const client = await stubs.registry(
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
    const thief = await stubs.serve((_, response) => {
      calls++;
      answer(response, 200, {}, '{"token":"good"}');
    });
    const client = await stubs.registry(
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
    const service = await stubs.serve((_, response) => answer(response, 200, {}, body));
    const client = await stubs.registry(
      guarded(() => `http://${service}/token`),
      { trustedHosts: [service] },
    );
    expect((await failure(client.manifests.get('a', digest))).kind).toBe(kind);
  });

  it.each([
    [401, 'denied'],
    [500, 'unavailable'],
  ])('reads a %d of the token service as %s', async (status, kind) => {
    const service = await stubs.serve((_, response) => answer(response, status));
    const client = await stubs.registry(
      guarded(() => `http://${service}/`),
      { credentials, trustedHosts: [service] },
    );
    expect((await failure(client.manifests.get('a', digest))).kind).toBe(kind);
  });

  it('sends name and password where Basic is asked for, once', async () => {
    let calls = 0;
    const client = await stubs.registry(
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
    const service = await stubs.serve((_, response) => answer(response, 200, {}, '{"token":"good"}'));
    const scopes: unknown[] = [];
    const tokenFor = (asked: unknown) => {
      scopes.push(asked);
      return 'stale';
    };
    const client = await stubs.registry(
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
