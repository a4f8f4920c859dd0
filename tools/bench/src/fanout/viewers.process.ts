import type { Socket as TcpSocket } from 'node:net';
import { inflateRawSync } from 'node:zlib';
import { type LogFramesHead, socketPath } from '@cooperage/contracts';
import { decodeLogEntries } from '@cooperage/domain';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { numberOf, type ViewersOrder, type ViewersReport } from './messages.js';

/** All viewers in a process of their own: what they cost is not the server's. */
class Seen {
  lines = 0;
  inOrder = true;

  take(text: string): void {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      if (numberOf(line) !== this.lines) this.inOrder = false;
      this.lines++;
    }
  }
}

const report = (message: ViewersReport) => process.send?.(message);
const readers: Seen[] = [];

async function connect(order: ViewersOrder): Promise<void> {
  const all = Array.from({ length: order.viewers + order.stuck }, (_, at) =>
    view(order, order.cookies[at % order.cookies.length] ?? '', at >= order.viewers),
  );
  await Promise.all(all);
  report({ kind: 'ready' });
}

async function view(order: ViewersOrder, cookie: string, isStuck: boolean): Promise<void> {
  const seen = new Seen();
  if (!isStuck) readers.push(seen);
  if (order.transport === 'ws') return overWs(order, seen);
  const isOurs = order.transport === 'ours';
  const socket = io(order.url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...(isOurs && { path: socketPath, extraHeaders: { origin: order.origin, cookie } }),
  });
  socket.on('line', (line: string) => seen.take(line));
  socket.on('log:frames', (head: LogFramesHead, frames: Uint8Array) => {
    for (const entry of decodeLogEntries(head.packed ? inflateRawSync(frames) : new Uint8Array(frames)))
      if (entry.kind === 'text') seen.take(Buffer.from(entry.data).toString());
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  if (isOurs) await follow(socket, order.buildId);
  if (isStuck) tcpOf(socket).pause();
}

function overWs({ url }: ViewersOrder, seen: Seen): Promise<void> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { perMessageDeflate: false });
  socket.on('message', (data) => seen.take(String(data)));
  return new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
}

async function follow(socket: Socket, buildId: string): Promise<void> {
  const answer = await socket.timeout(60_000).emitWithAck('log:subscribe', {
    ...{ buildId, attempt: 1, from: 0, packed: 'deflate-raw' },
  });
  if (!answer.ok) throw new Error(`a viewer was refused: ${JSON.stringify(answer)}`);
}

function tcpOf(socket: Socket): TcpSocket {
  return (socket.io.engine.transport as unknown as { ws: { _socket: TcpSocket } }).ws._socket;
}

process.on('message', (message: ViewersOrder | 'count') => {
  if (message === 'count')
    report({
      kind: 'counts',
      lines: readers.map(({ lines }) => lines),
      inOrder: readers.every(({ inOrder }) => inOrder),
    });
  else void connect(message);
});
process.on('disconnect', () => process.exit());
