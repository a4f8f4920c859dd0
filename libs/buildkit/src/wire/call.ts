import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import { ConnectionLost, RpcError, rpcCode } from './errors.js';
import { FrameReader, frame } from './framing.js';
import { type MessageHandler, MessageQueue } from './message-queue.js';
import { statusOfTrailers } from './status.js';

/** A call under way. */
export interface Call {
  /**
   * Settles when the call has ended. Rejects with `RpcError` (the other side's answer; code `canceled` after `cancel`)
   * or `ConnectionLost` (no answer came).
   */
  readonly done: Promise<void>;
  /** Resets the stream: the other side stops the work. `done` then rejects with code `canceled`. */
  cancel(): void;
}

/**
 * Starts a unary or server-streaming call on an HTTP/2 session; `onMessage` gets each message in order, and holds back
 * the next ones as long as a promise that it returned has not settled.
 * @throws {ConnectionLost} when the session has ended
 */
export function startCall(
  session: ClientHttp2Session,
  method: string,
  request: Uint8Array,
  onMessage: MessageHandler<Buffer>,
  headers: Readonly<Record<string, string>> = {},
): Call {
  const stream = openStream(session, method, headers);
  const call = follow(stream, method, onMessage);
  stream.end(frame(request));
  return call;
}

/** Opens the stream of a call without sending anything yet. @throws {ConnectionLost} when the session has ended */
export function openStream(
  session: ClientHttp2Session,
  method: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): ClientHttp2Stream {
  try {
    return session.request({
      ':method': 'POST',
      ':path': `/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(headers as Record<string, string | string[]>),
    });
  } catch (cause) {
    throw new ConnectionLost('connect', 'the connection to the engine has ended', { cause });
  }
}

function follow(stream: ClientHttp2Stream, method: string, onMessage: MessageHandler<Buffer>): Call {
  let trailers: IncomingHttpHeaders = {};
  let canceled = false;
  let broken: unknown;
  const fail = (error: unknown) => {
    broken ??= error;
    stream.close(constants.NGHTTP2_CANCEL);
  };
  const queue = new MessageQueue(stream, onMessage, fail);
  const reader = new FrameReader((message) => queue.put(message));
  // An answer without a body carries its status in the first headers ("trailers-only").
  stream.on('response', (headers) => {
    if (headers['grpc-status'] !== undefined) trailers = headers;
  });
  stream.on('trailers', (headers) => {
    trailers = headers;
  });
  stream.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch (error) {
      fail(error);
    }
  });
  stream.on('error', (error) => {
    broken ??= error;
  });
  const closed = new Promise<void>((resolve) => stream.on('close', resolve));
  const done = closed.then(async () => {
    await queue.idle();
    const status = canceled ? canceledError(method) : statusOfTrailers(method, trailers);
    if (status === 'ok' && broken === undefined) return;
    if (status !== null && status !== 'ok') throw status;
    throw new ConnectionLost('call', 'the engine ended a call without an answer', { cause: broken });
  });
  done.catch(() => {});
  return {
    done,
    cancel: () => {
      if (stream.closed) return;
      canceled = true;
      stream.close(constants.NGHTTP2_CANCEL);
    },
  };
}

function canceledError(method: string): RpcError {
  return new RpcError(method, rpcCode.canceled, 'canceled by the caller');
}
