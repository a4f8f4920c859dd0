import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld } from '../../spec/api-world.js';

const address = '/api/openapi.json';
const maxBytes = 128 * 1024 * 1024;
const perConnection = 20;
const connections = 30;

let world: ApiWorld;
const callers: Socket[] = [];
beforeAll(async () => {
  world = await ApiWorld.open();
});
afterAll(async () => {
  for (const socket of callers) socket.destroy();
  await world.close();
});

/** Asks many times over one connection, and reads nothing. */
function askAndStall(localAddress: string): void {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(world.origin).port), localAddress }).pause();
  socket.on('error', () => undefined);
  socket.write(`GET ${address} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(perConnection));
  callers.push(socket);
}

describe('an address that asks for long answers and reads none', () => {
  it('R7-A1 loses its connections when the answers pass 128 MiB, and its neighbors lose none', async () => {
    const accepted: { readonly socket: Socket; readonly from: string | undefined }[] = [];
    world.api.server.server.on('connection', (socket: Socket) => accepted.push({ socket, from: socket.remoteAddress }));
    const { length } = await (await fetch(world.origin + address)).text();
    askAndStall('127.0.0.1');
    const stalled = () => accepted.filter(({ socket }) => socket.writableLength > 0);
    await expect.poll(stalled).toHaveLength(1);
    const [neighbor] = stalled();
    for (let at = 0; at < connections; at++) askAndStall('127.0.0.2');
    const flood = () => accepted.filter(({ from }) => from === '127.0.0.2');
    await expect.poll(flood).toHaveLength(connections);
    // The kernel takes less than half of what a connection asked for.
    const mostOpen = maxBytes / ((perConnection / 2) * length);
    await expect.poll(() => flood().filter(({ socket }) => !socket.destroyed).length).toBeLessThanOrEqual(mostOpen);
    expect(neighbor!.socket.destroyed).toBe(false);
    expect((await fetch(world.origin + address)).status).toBe(200);
  });
});
