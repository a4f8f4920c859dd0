import type { ServerHttp2Stream } from 'node:http2';
import { decode } from '../../proto/codec.js';
import type { MessageName, Messages } from '../../proto/messages.js';
import { rpcCode } from '../../wire/errors.js';
import { FrameReader } from '../../wire/framing.js';
import { SessionFault } from '../service.js';

/** containerd writes a mebibyte at a time, and gRPC takes 16 at most. */
const maxRequestBytes = 16 * 1024 * 1024;

/** Messages of a call, one at a time: the next is read when this one was dealt with. Ends with the caller's side of it. */
export async function* readAll<N extends MessageName>(
  stream: ServerHttp2Stream,
  name: N,
): AsyncGenerator<Messages[N], void> {
  const waiting: Messages[N][] = [];
  const reader = new FrameReader((bytes) => waiting.push(decode(name, bytes)), maxRequestBytes);
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      push(reader, chunk as Buffer);
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield next;
    }
  } catch (error) {
    // A caller who has hung up in the middle said no more than one who has ended.
    if (error instanceof SessionFault || !stream.destroyed) throw error;
  }
}

export async function readOne<N extends MessageName>(stream: ServerHttp2Stream, name: N): Promise<Messages[N]> {
  for await (const message of readAll(stream, name)) return message;
  throw new SessionFault(rpcCode.canceled, 'the engine hung up');
}

function push(reader: FrameReader, chunk: Buffer): void {
  try {
    reader.push(chunk);
  } catch (cause) {
    throw new SessionFault(rpcCode.invalidArgument, 'not a request', { cause });
  }
}
