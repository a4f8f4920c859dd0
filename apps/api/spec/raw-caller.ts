import { connect, type Socket } from 'node:net';

/** A connection to a server here that sends what a test writes, byte by byte, and hears all that is answered. */
export interface RawCaller {
  readonly socket: Socket;
  readonly heard: { text: string; isClosed: boolean };
}

/** The status of the next answer on a connection; empty where it ends without one. */
export async function statusOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const part of socket) {
    text += String(part);
    if (text.includes('\r\n')) break;
  }
  return text.slice(9, 12);
}

/** The caller ends the socket. */
export function rawCaller(port: number, text = ''): RawCaller {
  const socket = connect({ host: '127.0.0.1', port });
  const heard = { text: '', isClosed: false };
  socket.on('data', (data) => (heard.text += data.toString('latin1')));
  socket.on('error', () => undefined).on('close', () => (heard.isClosed = true));
  socket.write(text);
  return { socket, heard };
}
