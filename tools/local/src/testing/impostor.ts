import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Stands for a program of another user that took a port of 127.0.0.1: it answers whatever it is asked, and keeps what it was told. */
export interface Impostor {
  readonly port: number;
  heard(): string;
  close(): void;
}

/**
 * @param answer sent for the first bytes of each connection, which then ends
 * @param port 0 for a free one
 */
export async function impostor(answer: string | Buffer, port = 0): Promise<Impostor> {
  let heard = '';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (typeof answer === 'string') socket.end(answer);
      else socket.write(answer);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => heard,
    close: () => void server.close(),
  };
}

export function httpAnswer(body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}

/** PING after AUTH, as Redis answers them. */
export const REDIS_ANSWER = '+OK\r\n+PONG\r\n';
/** "AuthenticationCleartextPassword" of PostgreSQL's protocol: the client sends its password as it is. */
export const POSTGRES_ANSWER = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
