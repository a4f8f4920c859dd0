import type { ServerHttp2Stream } from 'node:http2';
import { encode, type MessageInput } from '../../proto/codec.js';
import type { MessageName, Messages } from '../../proto/messages.js';
import { rpcCode } from '../../wire/errors.js';
import { frame } from '../../wire/framing.js';
import { sendAll } from '../send-all.js';
import { type CallHeaders, SessionFault, type SessionMethod, unaryMethod } from '../service.js';
import type { ContentStore } from './content-store.js';
import { readOne } from './requests.js';
import { serveWrite } from './write.js';

const service = '/containerd.services.content.v1.Content';
const storeHeader = 'buildkit-attachable-store-id';
const chunkBytes = 1024 * 1024;

/**
 * containerd's content service over the session, as far as BuildKit's local caches use it: sizes, reading, writing. Stores
 * are told apart by a header; an engine reaches those of its own session and nothing else.
 * @param stores by the name that the engine calls them by
 */
export function contentMethods(stores: ReadonlyMap<string, ContentStore>): SessionMethod[] {
  if (stores.size === 0) return [];
  const storeOf = (headers: CallHeaders): ContentStore => {
    const store = stores.get(headers.get(storeHeader)?.[0] ?? '');
    if (!store) throw new SessionFault(rpcCode.notFound, 'no such store');
    return store;
  };
  return [
    unaryMethod(`${service}/Info`, 'ContentInfoRequest', 'ContentInfoResponse', async ({ digest }, headers) => ({
      info: { digest, size: await sizeOf(storeOf(headers), digest) },
    })),
    {
      kind: 'stream',
      path: `${service}/Read`,
      serve: (stream, headers) => serveRead(stream, storeOf(headers)),
    },
    {
      kind: 'stream',
      path: `${service}/Write`,
      serve: (stream, headers) => serveWrite(stream, storeOf(headers)),
    },
    // What was begun is forgotten with its stream: nothing is ever there to be taken up again or to be ended.
    unaryMethod(`${service}/Status`, 'Empty', 'Empty', () => nothingUnderWay()),
    unaryMethod(`${service}/Abort`, 'Empty', 'Empty', () => nothingUnderWay()),
  ];
}

function nothingUnderWay(): never {
  throw new SessionFault(rpcCode.notFound, 'nothing is being written under this name');
}

async function sizeOf(store: ContentStore, digest: string): Promise<number> {
  const size = /^sha256:[0-9a-f]{64}$/.test(digest) ? await store.size(digest) : null;
  if (size === null) throw new SessionFault(rpcCode.notFound, 'no such blob');
  return size;
}

async function serveRead(stream: ServerHttp2Stream, store: ContentStore): Promise<void> {
  const { digest, offset, size } = await readOne(stream, 'ReadContentRequest');
  const whole = await sizeOf(store, digest);
  const from = Math.max(0, offset);
  if (from > whole) throw new SessionFault(rpcCode.outOfRange, 'the blob ends before');
  const length = size > 0 ? Math.min(size, whole - from) : whole - from;
  let sent = 0;
  for await (const part of store.read(digest, from, length))
    for (let at = 0; at < part.length; at += chunkBytes) {
      const data = part.subarray(at, at + chunkBytes);
      if (!(await sendAll(stream, framed('ReadContentResponse', { offset: from + sent, data })))) return;
      sent += data.length;
    }
  if (sent !== length) throw new SessionFault(rpcCode.dataLoss, 'the blob is shorter than it was');
}

function framed<N extends MessageName>(name: N, value: MessageInput<Messages[N]>): Buffer {
  return frame(encode(name, value));
}
