import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** For longer than this a name server that was quick before is not waited for at once. */
const slowMs = 2_500;

/**
 * A name server that gives one IPv4 address to names that begin with `good`, at once, and with `slow`, after a while. It never
 * answers for the others.
 */
export async function startNameServer(): Promise<{ address: string; questions: string[]; close(): void }> {
  const socket = createSocket('udp4');
  const questions: string[] = [];
  const waiting = new Set<NodeJS.Timeout>();
  socket.on('message', (message, from) => {
    const { name, type, end } = questionOf(message);
    questions.push(`${name} ${type}`);
    if (!/^(good|slow)/.test(name)) return;
    const header = Buffer.from(message.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    // One answer to the question for IPv4, none to that for IPv6; nothing further.
    header.writeUInt16BE(type === 1 ? 1 : 0, 6);
    header.fill(0, 8);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 7]);
    const answer = Buffer.concat([header, message.subarray(12, end), ...(type === 1 ? [record] : [])]);
    const send = () => socket.send(answer, from.port);
    if (name.startsWith('good')) send();
    else waiting.add(setTimeout(send, slowMs));
  });
  await listen(socket);
  const close = () => {
    for (const each of waiting) clearTimeout(each);
    socket.close();
  };
  return { address: `127.0.0.1:${socket.address().port}`, questions, close };
}

async function listen(socket: Socket): Promise<void> {
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
}

/** See RFC 1035, section 4.1.2. */
function questionOf(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at]!; length > 0; length = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: message.readUInt16BE(at + 1), end: at + 5 };
}
