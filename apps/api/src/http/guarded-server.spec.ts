import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, describe, expect, it } from 'vitest';
import { type RawCaller, rawCaller } from '../../spec/raw-caller.js';
import { RegistryProxy } from '../registry-proxy/registry-proxy.js';
import { createServer } from './server.js';
import { addWebProxy } from './web-proxy.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const blob = `/v2/acme/api/blobs/sha256:${'a'.repeat(64)}`;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A server of pages, or a registry, that answers only what `answers` names. */
async function behind(answers: readonly string[] = []) {
  const asked: IncomingMessage[] = [];
  const server = createHttpServer((request, response) => {
    asked.push(request);
    if (answers.includes(request.url ?? '')) response.end('page');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, at: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

interface Edge {
  readonly port: number;
  /** Calls that anything was looked at for, from the first one on. */
  readonly begun: () => number;
}

async function api(answers: readonly string[] = []): Promise<Edge & { readonly asked: readonly IncomingMessage[] }> {
  const { asked, at } = await behind(answers);
  const { instance } = createServer({ publicUrl: 'http://localhost', trustProxy: false }, logger);
  let begun = 0;
  instance.addHook('onRequest', async () => void begun++);
  instance.get('/waits', { config: { access: 'public' } }, () => new Promise<never>(() => undefined));
  addWebProxy(instance, `http://${at}`, 'http://localhost');
  await instance.listen({ host: '127.0.0.1', port: 0 });
  ends.push(() => instance.close());
  return { port: (instance.server.address() as AddressInfo).port, begun: () => begun, asked };
}

async function registryProxy(): Promise<Edge> {
  const { asked, at } = await behind();
  const proxy = new RegistryProxy({ registry: { host: at, insecure: true }, trustProxy: false, logger });
  ends.push(() => proxy.close());
  const origin = await proxy.listen({ host: '127.0.0.1', port: 0 });
  return { port: Number(new URL(origin).port), begun: () => asked.length };
}

function caller(port: number, text: string): RawCaller['heard'] {
  const { socket, heard } = rawCaller(port, text);
  ends.push(() => socket.destroy());
  return heard;
}

const servers = [
  ['the API', api, '/waits'],
  ['the process before the registry', registryProxy, blob],
] as const;
const kinds = [
  ['that expect something', 'HTTP/1.1\r\nhost: x\r\nexpect: x'],
  ['without a host', 'HTTP/1.1'],
] as const;
const cases = servers.flatMap(([name, open, path]) =>
  kinds.map(([kind, head]) => [name, kind, open, path, head] as const),
);

describe('R15A-1 requests that Node would answer by itself', () => {
  it.each(cases)('count on a connection of %s where they wait: those %s', async (_name, _kind, open, path, head) => {
    const { port, begun } = await open();
    const heard = caller(port, `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await expect.poll(begun).toBe(1);
    const busy = caller(port, `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n${`GET /x ${head}\r\n\r\n`.repeat(40)}`);
    await expect.poll(() => busy.isClosed).toBe(true);
    expect([busy.text, heard.isClosed]).toEqual(['', false]);
  });

  it('are refused by the API without a host, and end the connection', async () => {
    const heard = caller((await api(['/'])).port, 'GET / HTTP/1.1\r\n\r\n');
    await expect.poll(() => heard.isClosed).toBe(true);
    expect(heard.text).toMatch(/^HTTP\/1\.1 400 [\s\S]*"detail":"The request has no Host header\."/);
  });

  it('are refused before the registry without a host, in its form', async () => {
    const heard = caller((await registryProxy()).port, `GET ${blob} HTTP/1.1\r\n\r\n`);
    await expect.poll(() => heard.isClosed).toBe(true);
    expect(heard.text).toMatch(/^HTTP\/1\.1 400 [\s\S]*"errors":\[\{"code":"UNSUPPORTED","message":"The /);
  });

  it.each(['x', '100-continue'])('are answered as others where they expect %s', async (expected) => {
    const { port, begun, asked } = await api(['/']);
    const heard = caller(port, `GET / HTTP/1.1\r\nhost: x\r\nexpect: ${expected}\r\nconnection: close\r\n\r\n`);
    await expect.poll(() => heard.isClosed).toBe(true);
    expect(heard.text).toMatch(/^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 200 [\s\S]*page/);
    expect([begun(), asked.map(({ headers }) => headers.expect)]).toEqual([1, [undefined]]);
  });

  it('need no host in HTTP/1.0', async () => {
    const heard = caller((await api(['/'])).port, 'GET / HTTP/1.0\r\n\r\n');
    await expect.poll(() => heard.isClosed).toBe(true);
    expect(heard.text).toMatch(/^HTTP\/1\.1 200 [\s\S]*page/);
  });
});
