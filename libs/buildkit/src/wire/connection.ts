import type { ClientHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import { decode, encode, type MessageInput } from '../proto/codec.js';
import type { MessageName, Messages } from '../proto/messages.js';
import { parseAddress, readTls, type TlsFiles } from './address.js';
import { byteStream } from './byte-stream.js';
import { type Call, openStream, startCall } from './call.js';
import { dial, httpGet, upgrade } from './dial.js';
import { ConnectionLost, RpcError, rpcCode } from './errors.js';
import type { MessageHandler } from './message-queue.js';
import { type Dialect, openTransport, probeDialect, type Target } from './transport.js';

const sessionMethod = 'moby.buildkit.v1.Control/Session';

export interface ConnectionOptions {
  /** `unix:///path` or `tcp://host:port`. */
  readonly address: string;
  readonly tls?: TlsFiles;
  /** Found out by trying when left out. */
  readonly dialect?: Dialect;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
}

export interface Method<Q extends MessageName, A extends MessageName> {
  readonly path: string;
  readonly request: Q;
  readonly answer: A;
}

/** A gRPC session of its own, used for one call. */
export interface Line {
  start<Q extends MessageName, A extends MessageName>(
    method: Method<Q, A>,
    request: MessageInput<Messages[Q]>,
    onMessage: MessageHandler<Messages[A]>,
    headers?: Readonly<Record<string, string>>,
  ): Call;
  close(): void;
}

/**
 * The way to one engine: a session that stays open for all short calls and is opened again when it was lost, and one
 * spare session that waits for the next build.
 */
export class EngineConnection {
  private main: Promise<ClientHttp2Session> | undefined;
  private spare: Promise<ClientHttp2Session> | undefined;
  private found: Promise<{ target: Target; dialect: Dialect; first?: ClientHttp2Session }> | undefined;
  private closed = false;

  constructor(private readonly options: ConnectionOptions) {
    parseAddress(options.address);
  }

  /**
   * Calls a method that answers once.
   * @throws {RpcError} the engine's refusal; code `deadlineExceeded` after `timeoutMs`
   * @throws {ConnectionLost}
   */
  async unary<Q extends MessageName, A extends MessageName>(
    method: Method<Q, A>,
    request: MessageInput<Messages[Q]>,
    options: { timeoutMs?: number } = {},
  ): Promise<Messages[A]> {
    let answer: Messages[A] | undefined;
    const call = await this.start(method, request, (message) => {
      answer = message;
    });
    await withDeadline(call, method.path, options.timeoutMs);
    if (answer === undefined) throw new ConnectionLost('call', 'the engine answered nothing');
    return answer;
  }

  /** Collects all messages of a method that streams. @throws {RpcError} @throws {ConnectionLost} */
  async collect<Q extends MessageName, A extends MessageName>(
    method: Method<Q, A>,
    request: MessageInput<Messages[Q]>,
    options: { timeoutMs?: number } = {},
  ): Promise<Messages[A][]> {
    const messages: Messages[A][] = [];
    const call = await this.start(method, request, (message) => {
      messages.push(message);
    });
    await withDeadline(call, method.path, options.timeoutMs);
    return messages;
  }

  /** Starts a method that streams. @throws {ConnectionLost} when the engine cannot be reached */
  async start<Q extends MessageName, A extends MessageName>(
    method: Method<Q, A>,
    request: MessageInput<Messages[Q]>,
    onMessage: MessageHandler<Messages[A]>,
  ): Promise<Call> {
    return startOn(await this.session(), method, request, onMessage);
  }

  /**
   * A session of its own. A build needs one: the trailers of a failed Solve hold the whole Dockerfile, more than 64 KiB
   * of it break the session they travel on (a limit of nghttp2), and with it every other call on that session.
   * @throws {ConnectionLost} when the engine cannot be reached
   */
  async line(): Promise<Line> {
    const session = (await this.takeSpare()) ?? (await this.open());
    this.spare ??= this.open();
    this.spare.catch(() => {});
    return {
      start: (method, request, onMessage, headers) => startOn(session, method, request, onMessage, headers),
      close: () => session.destroy(),
    };
  }

  /** A byte stream on which the engine calls us: the transport of a session. @throws {ConnectionLost} */
  async attach(headers: Readonly<Record<string, string | readonly string[]>>): Promise<Duplex> {
    const { target, dialect } = await this.resolve();
    if (dialect === 'buildkit') return byteStream(openStream(await this.open(), sessionMethod, headers));
    const socket = await dial(target.address, target.tls, target.connectTimeoutMs);
    return upgrade(socket, '/session', headers, target.connectTimeoutMs);
  }

  /** Version of the Docker engine around BuildKit; null for a standalone engine. @throws {ConnectionLost} */
  async dockerVersion(): Promise<string | null> {
    const { target, dialect } = await this.resolve();
    if (dialect === 'buildkit') return null;
    const socket = await dial(target.address, target.tls, target.connectTimeoutMs);
    const answer = await httpGet(socket, '/version', target.connectTimeoutMs);
    const version: unknown = (JSON.parse(answer) as Record<string, unknown>).Version;
    return typeof version === 'string' ? version : null;
  }

  /** Drops the session of the short calls, so that all calls on it fail now: for an engine that hangs. */
  async drop(): Promise<void> {
    const session = await this.main?.catch(() => undefined);
    session?.destroy();
  }

  async close(): Promise<void> {
    this.closed = true;
    const sessions = await Promise.allSettled([this.main, this.spare, this.found?.then((found) => found.first)]);
    for (const result of sessions) if (result.status === 'fulfilled') result.value?.destroy();
  }

  private session(): Promise<ClientHttp2Session> {
    if (!this.main) {
      const opening = this.open();
      this.main = opening;
      const forget = () => {
        if (this.main === opening) this.main = undefined;
      };
      opening.then((session) => session.once('close', forget), forget);
    }
    return this.main;
  }

  private async takeSpare(): Promise<ClientHttp2Session | undefined> {
    const waiting = this.spare;
    // Taken before it is awaited: whoever comes meanwhile must not get the same one.
    this.spare = undefined;
    const spare = await waiting?.catch(() => undefined);
    return spare && !spare.closed && !spare.destroyed ? spare : undefined;
  }

  private async open(): Promise<ClientHttp2Session> {
    if (this.closed) throw new ConnectionLost('connect', 'the connection to the engine was closed');
    const found = await this.resolve();
    const { first } = found;
    delete found.first;
    if (first && !first.closed && !first.destroyed) return first;
    return openTransport(found.target, found.dialect);
  }

  private resolve(): Promise<{ target: Target; dialect: Dialect; first?: ClientHttp2Session }> {
    this.found ??= this.find().catch((error: unknown) => {
      this.found = undefined;
      throw error;
    });
    return this.found;
  }

  private async find(): Promise<{ target: Target; dialect: Dialect; first?: ClientHttp2Session }> {
    const { address, tls, dialect, connectTimeoutMs = 10_000 } = this.options;
    const target: Target = { address: parseAddress(address), tls: tls ? await readTls(tls) : null, connectTimeoutMs };
    if (dialect) return { target, dialect };
    const probed = await probeDialect(target);
    return { target, dialect: probed.dialect, first: probed.session };
  }
}

function startOn<Q extends MessageName, A extends MessageName>(
  session: ClientHttp2Session,
  method: Method<Q, A>,
  request: MessageInput<Messages[Q]>,
  onMessage: MessageHandler<Messages[A]>,
  headers?: Readonly<Record<string, string>>,
): Call {
  const read = (bytes: Buffer) => onMessage(decode(method.answer, bytes));
  return startCall(session, method.path, encode(method.request, request), read, headers);
}

async function withDeadline(call: Call, path: string, timeoutMs: number | undefined): Promise<void> {
  if (timeoutMs === undefined) return call.done;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    call.cancel();
  }, timeoutMs);
  try {
    await call.done;
  } catch (error) {
    throw late ? new RpcError(path, rpcCode.deadlineExceeded, 'the engine took too long to answer') : error;
  } finally {
    clearTimeout(timer);
  }
}
