import type { ServerHttp2Stream } from 'node:http2';
import { bytesHead, encode } from '../../proto/codec.js';
import { rpcCode } from '../../wire/errors.js';
import { frameHead } from '../../wire/framing.js';
import { sendOut } from '../send-all.js';
import { SessionFault } from '../service.js';
import { giveChunk, takeChunk } from './chunks.js';
import type { ContentStore, OpenBlob } from './content-store.js';
import { readOne } from './requests.js';

/**
 * What `look` knows of a blob. @throws {SessionFault} `notFound` where that is nothing, or where a name is no digest: it
 * would be part of a path
 */
export async function known<T>(digest: string, look: (digest: string) => Promise<T | null>): Promise<T> {
  const found = /^sha256:[0-9a-f]{64}$/.test(digest) ? await look(digest) : null;
  if (found === null) throw new SessionFault(rpcCode.notFound, 'no such blob');
  return found;
}

/** A part of a blob, as much as was asked for. An engine asks for a mebibyte at a time, so each call is short. */
export async function serveRead(stream: ServerHttp2Stream, store: ContentStore): Promise<void> {
  const { digest, offset, size } = await readOne(stream, 'ReadContentRequest');
  const blob = await known(digest, (name) => store.open(name));
  try {
    const from = Math.max(0, offset);
    if (from > blob.size) throw new SessionFault(rpcCode.outOfRange, 'the blob ends before');
    await send(stream, blob, from, size > 0 ? Math.min(blob.size, from + size) : blob.size);
  } finally {
    await blob.close();
  }
}

async function send(stream: ServerHttp2Stream, blob: OpenBlob, from: number, to: number): Promise<void> {
  const chunk = takeChunk();
  for (let at = from; at < to; ) {
    const length = await blob.read(chunk.subarray(0, Math.min(chunk.length, to - at)), at);
    if (length === 0) throw new SessionFault(rpcCode.dataLoss, 'the blob is shorter than it was');
    // An engine that hung up leaves the chunk in doubt: it may be on its way still.
    if (!(await sendOut(stream, message(at, chunk.subarray(0, length))))) return;
    at += length;
  }
  giveChunk(chunk);
}

/** `ReadContentResponse` in its frame, with the data as it is: encoded as a whole it would be copied twice. */
function message(offset: number, data: Uint8Array): Uint8Array[] {
  const fields = encode('ReadContentResponse', { offset });
  const head = bytesHead('ReadContentResponse', 'data', data.length);
  return [frameHead(fields.length + head.length + data.length), fields, head, data];
}
