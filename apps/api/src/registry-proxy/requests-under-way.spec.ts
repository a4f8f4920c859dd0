import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statusOf } from '../../spec/raw-caller.js';
import { RegistryProxy } from './registry-proxy.js';

const [hostile, honest] = ['192.0.2.1', '192.0.2.2'];
const list = '/v2/acme/api/tags/list';
const manifest = '/v2/acme/api/manifests/latest';
const blob = `/v2/acme/api/blobs/sha256:${'a'.repeat(64)}`;
const logger = createLogger({ process: 'registry-proxy', level: 'silent' });
const ends: (() => unknown)[] = [];

let proxy: RegistryProxy;
let accepted: Socket[];

/** Behind a proxy, so all connections come from one address. The registry answers the honest caller alone. */
beforeEach(async () => {
  const registry = createServer(({ headers }, response) => {
    if (headers['x-forwarded-for'] === honest) response.end('{}');
  });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  const bounds = { requests: 20, transfers: 12 };
  proxy = new RegistryProxy({
    ...{ registry: { host, insecure: true }, trustProxy: 1, logger },
    ...{ bounds, connections: 40 },
  });
  accepted = [];
  proxy.server.on('connection', (socket) => accepted.push(socket));
  await proxy.listen({ host: '127.0.0.1', port: 0 });
  ends.push(
    () => registry.closeAllConnections(),
    () => new Promise((resolve) => registry.close(resolve)),
    () => proxy.close(),
  );
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function call(target: string, address: string): Socket {
  const { port } = proxy.server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port }).on('error', () => undefined);
  ends.unshift(() => socket.destroy());
  socket.write(`GET ${target} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${address}\r\n\r\n`);
  return socket;
}

const open = () => accepted.filter(({ destroyed }) => !destroyed).length;

describe('R20A-1 requests to the registry that are under way', () => {
  it.each([
    ['of one address, that wait for their share', () => call(list, hostile)],
    ['of the networks of one site', (at: number) => call(manifest, `2001:db8:0:${at}::1`)],
    ['of many addresses', (at: number) => call(list, `198.51.100.${at}`)],
    ['of blobs, lists and manifests', (at: number) => call([blob, list, manifest][at % 3]!, hostile)],
  ])('leave connections of a TLS proxy to others: those %s', async (_of, begin) => {
    for (let at = 0; at < 60; at++) {
      begin(at);
      await expect.poll(() => accepted.length, { interval: 2 }).toBe(at + 1);
    }
    await expect.poll(open).toBeLessThanOrEqual(20);
    expect(await statusOf(call('/healthz', honest))).toBe('200');
    expect(await statusOf(call(blob, honest))).toBe('200');
  });

  it('give way with the oldest one of the address that has the most', async () => {
    const own = Array.from({ length: 3 }, () => call(list, '192.0.2.3'));
    await expect.poll(() => accepted.length).toBe(3);
    for (let count = 0; count < 25; count++) call(list, hostile);
    await expect.poll(() => [accepted.length, open()]).toEqual([28, 20]);
    expect(own.map(({ closed }) => closed)).toEqual([false, false, false]);
  });

  it('count no longer when their answers have left', async () => {
    const waits = Array.from({ length: 19 }, () => call(list, hostile));
    await expect.poll(() => accepted.length).toBe(19);
    for (let count = 0; count < 25; count++) expect(await statusOf(call(blob, honest))).toBe('200');
    expect(waits.filter(({ closed }) => closed)).toEqual([]);
  });
});
