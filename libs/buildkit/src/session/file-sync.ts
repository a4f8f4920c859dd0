import type { ServerHttp2Stream } from 'node:http2';
import { decode } from '../proto/codec.js';
import { rpcCode } from '../wire/errors.js';
import { FrameReader } from '../wire/framing.js';
import { PacketWriter, packet, TransferEnded } from './packet-writer.js';
import { type CallHeaders, SessionFault, type SessionMethod } from './service.js';
import type { SyncFile, SyncTree } from './sync-tree.js';

export const fileSyncPath = '/moby.filesync.v1.FileSync/DiffCopy';
const chunkBytes = 128 * 1024;
const parallelFiles = 8;

/** Serves trees by name to the engine, which asks for what it does not have (BuildKit's `FileSync/DiffCopy`). */
export function fileSyncMethod(trees: ReadonlyMap<string, SyncTree>): SessionMethod {
  return {
    kind: 'stream',
    path: fileSyncPath,
    serve: (stream, headers) => {
      const tree = trees.get(headerValues(headers, 'dir-name')?.[0] ?? '');
      if (!tree) throw new SessionFault(rpcCode.notFound, 'no such folder');
      return sendFiles(stream, tree.entries(headerValues(headers, 'followpaths')));
    },
  };
}

/** Values that are not plain ASCII come in URL form, marked by a second header. */
function headerValues(headers: CallHeaders, name: string): readonly string[] | undefined {
  const values = headers.get(name);
  if (headers.get(`${name}-encoded`)?.[0] !== '1') return values;
  try {
    return values?.map((value) => decodeURIComponent(value.replaceAll('+', ' ')));
  } catch {
    // A name that is no UTF-8 cannot be told apart here: everything is sent instead.
    return undefined;
  }
}

async function sendFiles(stream: ServerHttp2Stream, entries: readonly SyncFile[]): Promise<void> {
  const writer = new PacketWriter(stream);
  try {
    const requests = receiveRequests(stream, entries, (id) => sendFile(writer, id, entries[id]!));
    await Promise.all([writer.stats(entries), requests]);
    await writer.finish();
  } catch (error) {
    if (error instanceof TransferEnded) return;
    await writer.error('a file of the context could not be read').catch(() => {});
    throw error;
  }
}

/** Resolves when the engine says that it has everything; rejects when a file could not be sent. */
function receiveRequests(
  stream: ServerHttp2Stream,
  entries: readonly SyncFile[],
  send: (id: number) => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiting: number[] = [];
    let running = 0;
    const next = () => {
      while (running < parallelFiles && waiting.length > 0) {
        running++;
        send(waiting.shift()!).then(() => {
          running--;
          next();
        }, reject);
      }
    };
    const reader = new FrameReader((bytes) => {
      const message = decode('Packet', bytes);
      if (message.type === packet.request) {
        if (entries[message.ID]?.kind !== 'file')
          return reject(new SessionFault(rpcCode.invalidArgument, 'no such file'));
        waiting.push(message.ID);
        next();
      } else if (message.type === packet.finish) resolve();
      else if (message.type === packet.error)
        reject(new SessionFault(rpcCode.aborted, `the engine refused the files: ${Buffer.from(message.data)}`));
    });
    stream.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        reject(error as Error);
      }
    });
    stream.on('close', () => reject(new TransferEnded()));
  });
}

async function sendFile(writer: PacketWriter, id: number, file: SyncFile): Promise<void> {
  let sentBytes = 0;
  for await (const part of contentOf(file)) {
    for (let at = 0; at < part.length; at += chunkBytes) await writer.data(id, part.subarray(at, at + chunkBytes));
    sentBytes += part.length;
  }
  // The engine believes size and time from the list later on: a shorter file would be kept as the whole one.
  if (sentBytes !== file.sizeBytes) throw new Error(`${file.path} has another size than listed`);
  await writer.endOfFile(id);
}

async function* contentOf(file: SyncFile): AsyncIterable<Uint8Array> {
  const content = file.read();
  if (Symbol.asyncIterator in content) yield* content;
  else yield await content;
}
