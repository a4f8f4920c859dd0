import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { WebSocketServer } from 'ws';
import { lineOf, type PeerOrder, paced } from './messages.js';

/** A peer as a process of its own: `socket.io` emits each line to everybody, `ws` sends frames of 50 lines as text. */
const http = createServer();
const send = process.argv[2] === 'ws' ? framesOverWs() : linesOverSocketIo();

function linesOverSocketIo(): (first: number, count: number) => void {
  const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, httpCompression: false });
  return (first, count) => {
    for (let number = first; number < first + count; number++) io.emit('line', lineOf(number));
  };
}

function framesOverWs(): (first: number, count: number) => void {
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  return (first, count) => {
    const frame = Array.from({ length: count }, (_, at) => lineOf(first + at)).join('\n');
    for (const client of server.clients) client.send(frame);
  };
}

process.on('message', (order: PeerOrder) => void paced(order, send).then(() => process.send?.('sent')));
process.on('disconnect', () => process.exit());
http.listen(0, '127.0.0.1', () => process.send?.((http.address() as AddressInfo).port));
