import { decode } from '../proto/codec.js';
import type { HistoryRecord, StatusResponse, Vertex } from '../proto/messages.js';
import { methods } from '../proto/methods.js';
import { toDate } from '../proto/time.js';
import type { Call } from '../wire/call.js';
import type { EngineConnection } from '../wire/connection.js';
import { RpcError, rpcCode } from '../wire/errors.js';
import type { MessageHandler } from '../wire/message-queue.js';
import { errorOfStatus } from '../wire/status.js';

const eventType = { started: 0, complete: 1 } as const;
const readWithinMs = 30_000;
/** The details of a failure hold the Dockerfile, which has a MiB at most. */
const mostErrorBytes = 16 * 1024 * 1024;

/** What an engine's history says of a build. */
export type BuildFate =
  | { readonly state: 'unknown' }
  | { readonly state: 'running' }
  | { readonly state: 'succeeded'; readonly record: HistoryRecord }
  | { readonly state: 'failed'; readonly error: RpcError };

/** A standing question for the record that the engine writes at the end of a build. */
export interface HistoryWatch {
  /** The record, or null when the watch ended without one. Never rejects. */
  readonly record: Promise<HistoryRecord | null>;
  close(): void;
}

/**
 * Waits for the record of one build from before it starts: the engine then sends the record at the moment it is
 * written, and nobody has to ask for it while the build is finished and waiting.
 */
export function watchHistory(connection: EngineConnection, reference: string): HistoryWatch {
  const { promise, resolve } = Promise.withResolvers<HistoryRecord | null>();
  let call: Call | undefined;
  let closed = false;
  const close = () => {
    closed = true;
    call?.cancel();
    resolve(null);
  };
  connection
    .start(methods.history, { Ref: reference }, ({ type, record }) => {
      if (type === eventType.complete && record?.Ref === reference) resolve(record);
    })
    .then(async (started) => {
      call = started;
      if (closed) started.cancel();
      await started.done;
    })
    .catch(() => {})
    .finally(() => resolve(null));
  return { record: promise, close };
}

/** Finds out what became of a build. @throws {ConnectionLost} @throws {RpcError} */
export async function findBuild(connection: EngineConnection, reference: string): Promise<BuildFate> {
  const request = { Ref: reference, EarlyExit: true };
  const events = await connection.collect(methods.history, request, { timeoutMs: 10_000 }).catch(noneWhenDeleted);
  const own = events.filter((event) => event.record?.Ref === reference);
  const complete = own.find((event) => event.type === eventType.complete)?.record;
  if (!complete) return { state: own.length > 0 ? 'running' : 'unknown' };
  const failed = (complete.error?.code ?? 0) !== 0 || complete.externalError !== null;
  if (!failed) return { state: 'succeeded', record: complete };
  return { state: 'failed', error: await readError(connection, complete) };
}

/**
 * Tells once more what an engine said of a build that has ended, from its history: first every step by the time of its
 * start, then the output, then how each ended. The history itself keeps steps in no order.
 * @throws {ConnectionLost} @throws {RpcError}
 */
export async function replayStatus(
  connection: EngineConnection,
  reference: string,
  onStatus: MessageHandler<StatusResponse>,
): Promise<void> {
  const read = async (handler: MessageHandler<StatusResponse>) => {
    const call = await connection.start(methods.status, { Ref: reference }, handler);
    await call.done;
  };
  const vertexes: Vertex[] = [];
  await read((message) => void vertexes.push(...message.vertexes));
  const nothing = { statuses: [], logs: [], warnings: [] };
  const begun = vertexes.map((vertex) => ({ ...vertex, completed: null, error: '' }));
  await onStatus({ ...nothing, vertexes: begun.toSorted((a, b) => startOf(a) - startOf(b)) });
  await read((message) => onStatus({ ...message, vertexes: [] }));
  await onStatus({ ...nothing, vertexes });
}

/** Milliseconds since 1970; what was never started comes last. */
function startOf({ started }: Vertex): number {
  return toDate(started)?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

/** Something of the engine's own store is larger than its reader takes. Nobody reads it to its end. */
export class ContentTooLarge extends Error {
  override readonly name = 'ContentTooLarge';

  constructor(readonly mostBytes: number) {
    super(`something that the engine keeps has more than ${mostBytes} bytes`);
  }
}

/**
 * All bytes of a blob in the engine's own store.
 * @throws {ContentTooLarge} beyond `mostBytes` @throws {ConnectionLost} @throws {RpcError}
 */
export async function readContent(connection: EngineConnection, digest: string, mostBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const call: Call = await connection.start(methods.readContent, { digest }, ({ data }) => {
    bytes += data.length;
    if (bytes <= mostBytes) parts.push(data);
    else stop();
  });
  const stop = () => call.cancel();
  const timer = setTimeout(stop, readWithinMs);
  try {
    await call.done;
  } catch (error) {
    throw bytes > mostBytes ? new ContentTooLarge(mostBytes) : error;
  } finally {
    clearTimeout(timer);
  }
  if (bytes > mostBytes) throw new ContentTooLarge(mostBytes);
  return Buffer.concat(parts);
}

function noneWhenDeleted(error: unknown): [] {
  if (error instanceof RpcError && (error.code === rpcCode.notFound || error.code === rpcCode.unknown)) return [];
  throw error;
}

/** The record itself holds code and message; the typed details lie in a blob beside it. */
async function readError(connection: EngineConnection, record: HistoryRecord): Promise<RpcError> {
  const { externalError } = record;
  const status = externalError
    ? decode('RpcStatus', await readContent(connection, externalError.digest, mostErrorBytes))
    : record.error!;
  return errorOfStatus(methods.solve.path, status);
}
