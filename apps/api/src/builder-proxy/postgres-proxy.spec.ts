import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresProxy } from './postgres-proxy.js';

const loopback = '127.0.0.1';
const logger = createLogger({ process: 'spec', level: 'fatal' });

describe('the proxy before PostgreSQL', () => {
  let server: Server;
  let proxy: PostgresProxy;
  let port: number;
  let seen: Socket[];

  beforeEach(async () => {
    seen = [];
    server = createServer((socket) => {
      seen.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (text) => socket.write(`said ${text}`));
    }).listen(0, loopback);
    await once(server, 'listening');
    proxy = new PostgresProxy({ server: `${loopback}:${portOf(server)}`, logger, maxConnections: 2 });
    await proxy.listen({ host: loopback, port: 0 });
    port = portOf(proxy.server);
  });

  afterEach(async () => {
    if (proxy.server.listening) await proxy.close();
    for (const socket of seen) socket.destroy();
    server.close();
  });

  const open = () => connect({ host: loopback, port }).on('error', () => undefined);
  const ask = async (socket: Socket, word: string) => {
    socket.write(word);
    return String((await once(socket, 'data'))[0]);
  };

  it('passes on what both sides say', async () => {
    const client = open();
    expect(await ask(client, 'one')).toBe('said one');
    expect(await ask(client, 'two')).toBe('said two');
    client.destroy();
  });

  it('R20C-3 refuses whoever comes when its connections are used up, and the server hears nothing of it', async () => {
    const clients = [open(), open()];
    for (const client of clients) await ask(client, 'here');
    const refused = open();
    await once(refused, 'close');
    expect(seen).toHaveLength(2);
    clients[0]!.destroy();
    await once(seen[0]!, 'close');
    expect(await ask(open(), 'again')).toBe('said again');
    expect(seen).toHaveLength(3);
  });

  it.each(['end', 'destroy'] as const)('ends both sides when one of them goes by %s', async (go) => {
    const [left, right] = [open(), open()];
    for (const client of [left, right]) await ask(client, 'here');
    const gone = [once(seen[0]!, 'close'), once(right, 'close')];
    left[go]();
    seen[1]![go]();
    expect(await Promise.all(gone)).toHaveLength(2);
  });

  it('ends a connection to a server that is away', async () => {
    server.close();
    await once(server, 'close');
    const client = open();
    await once(client, 'close');
    expect(seen).toEqual([]);
  });

  it('ends what is open when it closes', async () => {
    const client = open();
    await ask(client, 'here');
    const gone = [once(client, 'close'), once(seen[0]!, 'close')];
    await proxy.close();
    expect(await Promise.all(gone)).toHaveLength(2);
  });
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
