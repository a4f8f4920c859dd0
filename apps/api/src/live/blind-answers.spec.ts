import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, type Socket as TcpSocket } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardAgainstBlindAnswers } from './blind-answers.js';

type Connection = Socket['conn'];

let http: HttpServer;
let server: Server;
let ends: (() => void)[];

beforeEach(async () => {
  http = createServer().listen(0, '127.0.0.1');
  // Pings come quickly, and a machine that stands still has time to answer them.
  server = new Server(http, {
    ...{ transports: ['websocket'], perMessageDeflate: false, connectTimeout: 120_000 },
    ...{ pingInterval: 30, pingTimeout: 120_000 },
  });
  server.engine.on('connection', guardAgainstBlindAnswers);
  await once(http, 'listening');
  ends = [];
});
afterEach(async () => {
  for (const end of ends) end();
  await server.close();
});

const port = () => (http.address() as AddressInfo).port;
const nextConnection = () =>
  new Promise<Connection>((resolve) => void server.engine.once('connection', (made: Connection) => resolve(made)));

/** Counts what a connection is asked and answers. */
function counted(connection: Connection) {
  const counts = { pings: 0, answers: 0 };
  connection.on('packetCreate', ({ type }: { type: string }) => type === 'ping' && counts.pings++);
  connection.on('heartbeat', () => counts.answers++);
  return counts;
}

/** A client that knows the protocol and answers as it likes. */
async function rawClient(answer: (socket: TcpSocket, opcode: number, data: Buffer) => void) {
  const made = nextConnection();
  const socket = connect(port(), '127.0.0.1');
  ends.push(() => socket.destroy());
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n' +
      `sec-websocket-version: 13\r\nsec-websocket-key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  );
  let rest = Buffer.alloc(0);
  let isOpen = false;
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data]);
    if (!isOpen) {
      const head = rest.indexOf('\r\n\r\n');
      if (head < 0) return;
      [isOpen, rest] = [true, rest.subarray(head + 4)];
    }
    // No frame here is longer than 125 bytes but the first, which says how the connection is.
    for (let frame = frameIn(rest); frame; frame = frameIn(rest)) {
      rest = rest.subarray(frame.length);
      answer(socket, frame.opcode, frame.data);
    }
  });
  return { socket, closed, connection: await made };
}

function frameIn(bytes: Buffer): { opcode: number; data: Buffer; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const isLong = bytes[1] === 126;
  if (isLong && bytes.length < 4) return undefined;
  const [head, size] = isLong ? [4, bytes.readUInt16BE(2)] : [2, bytes[1]!];
  if (bytes.length < head + size) return undefined;
  return { opcode: bytes[0]! & 0x0f, data: bytes.subarray(head, head + size), length: head + size };
}

/** A masked frame, whose mask changes nothing. */
function frameOf(opcode: number, data: Buffer | string): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
}

const [text, ping, pong] = [0x1, 0x9, 0xa];
const isPing = (opcode: number, data: Buffer) => opcode === text && data.toString() === '2';

describe('V12B-6 a connection that answers pings', () => {
  it('V12B-6 ends where it has not read them', async () => {
    const { socket, closed } = await rawClient(() => undefined);
    for (let at = 0; at < 3; at++) socket.write(frameOf(text, '3'));
    await closed;
  });

  it('V12B-6 ends where it read one of them, and sends its bytes again and again', async () => {
    let known: Buffer | undefined;
    const { closed } = await rawClient((socket, opcode, data) => {
      if (opcode === ping) known ??= data;
      if (!isPing(opcode, data)) return;
      socket.write(frameOf(pong, known!));
      socket.write(frameOf(text, '3'));
    });
    await closed;
  });

  it('V12B-6 ends where it answers other bytes', async () => {
    const { closed } = await rawClient((socket, opcode, data) => {
      if (opcode === ping) socket.write(frameOf(pong, Buffer.alloc(data.length)));
      if (isPing(opcode, data)) socket.write(frameOf(text, '3'));
    });
    await closed;
  });

  it('V12B-6 stays where a page answers them', async () => {
    const made = nextConnection();
    const page = io(`http://127.0.0.1:${port()}`, { transports: ['websocket'], forceNew: true, reconnection: false });
    ends.push(() => page.disconnect());
    const connection = await made;
    const counts = counted(connection);
    await expect.poll(() => counts.answers).toBeGreaterThan(8);
    expect(connection.readyState).toBe('open');
  });

  it('V12B-6 stays where its bytes come behind its answer', async () => {
    let bytes = Buffer.alloc(0);
    const { connection } = await rawClient((socket, opcode, data) => {
      if (opcode === ping) bytes = Buffer.from(data);
      if (isPing(opcode, data)) socket.write(Buffer.concat([frameOf(text, '3'), frameOf(pong, bytes)]));
    });
    const counts = counted(connection);
    await expect.poll(() => counts.answers).toBeGreaterThan(8);
    expect(connection.readyState).toBe('open');
  });

  it('V12B-6 stays where it reads slowly, whatever waits before its pings', async () => {
    const { socket, connection } = await rawClient((socket, opcode, data) => {
      if (opcode === ping) socket.write(frameOf(pong, data));
      if (isPing(opcode, data)) socket.write(frameOf(text, '3'));
    });
    const counts = counted(connection);
    for (let round = 0; round < 5; round++) {
      socket.pause();
      const { answers } = counts;
      for (let at = 0; at < 1_000; at++) connection.write('x'.repeat(1_000));
      await expect.poll(() => counts.pings).toBeGreaterThan(answers);
      expect(connection.readyState).toBe('open');
      socket.resume();
      await expect.poll(() => counts.answers).toBeGreaterThan(answers);
    }
    expect(connection.readyState).toBe('open');
  });
});
