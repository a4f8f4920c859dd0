import { createHmac } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { echoChallenge, echoProof, lookAtPublicAddress, reachCode } from './look-at-public-address.js';

let server: Server;
afterEach(() => server.close());

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const look = (url: string) => lookAtPublicAddress(url, ['new', 'old'])(AbortSignal.timeout(2_000));

describe('a look at the public address', () => {
  it.each([[['new', 'old']], [['old']]])('knows itself by a process with the keys %j', async (keys) => {
    const url = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => {
        response.end(JSON.stringify({ proof: echoProof((JSON.parse(text) as { nonce: string }).nonce, keys) }));
      });
    });
    expect((await look(url)).code).toBe('ok');
  });

  it('tells another service, which gives some answer', async () => {
    const url = await serve((_, response) => response.end('{"proof":"x"}'));
    expect(await look(url)).toEqual({
      code: 'somebody_else',
      fact: `${url} answered 200, and it was not this installation.`,
    });
  });

  it('follows nowhere, and names only the origin of where it was sent', async () => {
    const url = await serve((_, response) =>
      response.writeHead(301, { location: 'https://other.example/x?token=1' }).end(),
    );
    expect(await look(url)).toEqual({
      code: 'redirected',
      fact: `${url} answered 301 and sent us to https://other.example.`,
    });
  });

  it('gives up an address that says nothing', async () => {
    const url = await serve(() => undefined);
    const found = await lookAtPublicAddress(url, ['k'])(AbortSignal.timeout(100));
    expect(found).toMatchObject({ code: 'unreachable', fact: expect.stringContaining('no answer in time') });
    server.closeAllConnections();
  });

  it('tells a name, a certificate and a closed door apart', () => {
    expect(
      ['ENOTFOUND', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'ECONNREFUSED'].map(reachCode),
    ).toEqual(['unresolvable', 'untrusted_certificate', 'untrusted_certificate', 'unreachable']);
  });
});

describe('the answer to a nonce', () => {
  it('R-Low-3 is given to nonces of this installation alone', () => {
    expect(echoProof(echoChallenge('key'), ['key'])).toMatch(/^[0-9a-f]{64}$/);
    expect(echoProof(echoChallenge('another'), ['key'])).toBeNull();
    const [time, , mac] = echoChallenge('key').split('.');
    for (const made of ['', 'a'.repeat(32), `${time}.${'0'.repeat(32)}.${mac}`, `${time}.${'0'.repeat(32)}.`])
      expect(echoProof(made, ['key'])).toBeNull();
  });

  it('R-Low-3 is given for a minute', () => {
    const nonce = echoChallenge('key', 1_000_000);
    expect(echoProof(nonce, ['key'], 1_060_000)).not.toBeNull();
    expect(echoProof(nonce, ['key'], 1_060_001)).toBeNull();
  });

  it('R-Low-3 is not what the key of sessions makes of a text', () => {
    const nonce = echoChallenge('key');
    for (const text of [nonce, `setup-echo:${nonce}`])
      expect(echoProof(nonce, ['key'])).not.toBe(createHmac('sha256', 'key').update(text).digest('hex'));
  });
});
