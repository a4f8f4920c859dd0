import { randomBytes } from 'node:crypto';
import http2, { type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { EngineConnection } from '../wire/connection.js';
import { rpcCode } from '../wire/errors.js';
import { FrameReader, frame } from '../wire/framing.js';
import { serverOptions } from '../wire/http2-options.js';
import { readHeaders, SessionFault, type SessionMethod, unaryMethod } from './service.js';

export interface SessionOptions {
  /**
   * Names the tree that the engine keeps between builds. It must come from the server and never be empty: an empty key
   * is one key for everybody, and another tenant's files land in the image.
   */
  readonly sharedKey: string;
  readonly methods: readonly SessionMethod[];
  /** Told of what failed on our side while answering; the engine sees only a code and a sentence. */
  readonly onFault?: (error: unknown, path: string) => void;
}

/** A session: for as long as it is open the engine may call its methods. */
export interface Session {
  /** For `SolveRequest.Session`. */
  readonly id: string;
  /** Resolves when the engine can call us. @throws {ConnectionLost} */
  readonly opened: Promise<void>;
  close(): void;
}

/** Opens a session. A Solve may name it at once: the engine waits up to 5 s for a session that it does not know yet. */
export function openSession(connection: EngineConnection, options: SessionOptions): Session {
  if (options.sharedKey === '') throw new TypeError('an empty shared key is shared by everybody');
  const id = randomBytes(16).toString('hex');
  const methods = new Map([healthMethod, ...options.methods].map((method) => [method.path, method]));
  let server: ServerHttp2Session | undefined;
  let closed = false;
  const opened = connection.attach(announce(id, options.sharedKey, [...methods.keys()])).then((transport) => {
    if (closed) return void transport.destroy();
    server = http2.performServerHandshake(transport, serverOptions);
    server.on('error', () => {});
    server.on('stream', (stream, headers, _flags, raw) => {
      const path = String(headers[':path']);
      serve(stream, methods.get(path), raw as unknown as string[]).catch((error: unknown) => {
        if (!(error instanceof SessionFault)) options.onFault?.(error, path);
      });
    });
  });
  opened.catch(() => {});
  return {
    id,
    opened,
    close: () => {
      closed = true;
      // Node reads what the engine has sent already in a tick after the handshake, and throws there when the session is gone.
      process.nextTick(() => server?.destroy());
    },
  };
}

const healthMethod = unaryMethod('/grpc.health.v1.Health/Check', 'Empty', 'HealthCheckResponse', () => ({ status: 1 }));

function announce(id: string, sharedKey: string, paths: readonly string[]): Record<string, string | string[]> {
  return {
    'x-docker-expose-session-uuid': id,
    'x-docker-expose-session-name': 'cooperage',
    'x-docker-expose-session-sharedkey': sharedKey,
    'x-docker-expose-session-grpc-method': [...paths],
  };
}

/** Runs one call of the engine and ends it with a status. Rejects when that status is not OK. */
async function serve(stream: ServerHttp2Stream, method: SessionMethod | undefined, raw: string[]): Promise<void> {
  stream.on('error', () => {});
  let trailers = { 'grpc-status': String(rpcCode.ok), 'grpc-message': '' };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => {
    if (!stream.destroyed) stream.sendTrailers(trailers);
  });
  try {
    if (!method) throw new SessionFault(rpcCode.unimplemented, 'no such method');
    const headers = readHeaders(raw);
    if (method.kind === 'stream') await method.serve(stream, headers);
    else {
      const answer = await method.answer(await readRequest(stream), headers);
      if (!stream.destroyed) stream.write(frame(answer));
    }
  } catch (error) {
    const { code, message } = faultOf(error);
    trailers = { 'grpc-status': String(code), 'grpc-message': encodeURIComponent(message) };
    throw error;
  } finally {
    if (!stream.destroyed) stream.end();
  }
}

const maxRequestBytes = 4 * 1024 * 1024;

function readRequest(stream: ServerHttp2Stream): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let request: Uint8Array = new Uint8Array();
    const reader = new FrameReader((message) => {
      request = message;
    }, maxRequestBytes);
    stream.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch {
        reject(new SessionFault(rpcCode.invalidArgument, 'not a request'));
      }
    });
    stream.on('end', () => resolve(request));
    stream.on('close', () => reject(new SessionFault(rpcCode.canceled, 'the engine hung up')));
  });
}

/** All that the engine hears of a fault on our side; it comes back in the engine's own error. */
export const sessionFaultMessage = 'the worker could not answer';

function faultOf(error: unknown): { code: number; message: string } {
  if (error instanceof SessionFault) return error;
  return { code: rpcCode.unavailable, message: sessionFaultMessage };
}
