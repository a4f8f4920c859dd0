import type { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { RegistryError } from '../registry-error.js';
import type { RegistryScope } from '../token/registry-scope.js';
import { AddressRules } from './address-rules.js';
import { Answer } from './answer.js';
import { type Authorizer, GivenTokenAuthorizer, noAuthorizer, type RegistryCredentials } from './authorizer.js';
import type { CallOptions } from './call-options.js';
import { ChallengeAuthorizer } from './challenge-authorizer.js';
import { Deadline, errorCode } from './deadline.js';
import { refusalOf } from './refusal.js';
import { tokenFetcher } from './token-service.js';

export interface RegistryAddress {
  /** `host` or `host:port`. */
  readonly host: string;
  /** Plain http only where the operator says so. */
  readonly scheme?: 'https' | 'http';
  readonly credentials?: RegistryCredentials;
  /** Hosts beside the registry's own that may be reached by plain http (token service, storage) or be uploaded to. */
  readonly trustedHosts?: readonly string[];
  /** Milliseconds; 30,000 when absent. */
  readonly timeoutMs?: number;
  /** Hears of every request that changes something at the registry. */
  readonly writes?: WriteWatch;
  /** Replaces the shared connection pool, for example by one that checks addresses as it connects. */
  readonly dispatcher?: Dispatcher;
}

/** Told of requests that change something, one by one. */
export interface WriteWatch {
  /**
   * One is about to be sent. @returns to be called once when it is over: false where nobody knows what became of it, since no
   * answer came, or that of a server that gave up waiting for another.
   */
  begin(): (answered: boolean) => void;
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Path below the registry, or an address that `AddressRules` let pass. */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is made anew for each try. */
  readonly body?: Uint8Array | (() => Readable);
  /** Bytes of the body: they are given time to travel. */
  readonly bodySize?: number;
  readonly scopes: readonly RegistryScope[];
  /** Statuses that are an answer; every other one is thrown. */
  readonly expect: readonly number[];
  /** What the caller wants, for error messages: `read the manifest of org/app`. */
  readonly what: string;
}

const defaultTimeoutMs = 30_000;
const maxRedirects = 3;
const redirects = [301, 302, 303, 307, 308];
/** A kept-alive connection that the other side closed while we wrote to it. Nothing was answered, so one more try is fair. */
const staleConnection = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** An upload slower than this is given up, whatever its size. */
const slowestBytesPerMs = 1_000;

let sharedPool: Agent | undefined;

/** The HTTP of one registry: authorization, time limits, redirects, errors. Paths and documents are its callers' matter. */
export class RegistryHttp {
  readonly addresses: AddressRules;
  readonly origin: URL;
  readonly #authorizer: Authorizer;
  readonly #timeoutMs: number;
  readonly #dispatcher: Dispatcher;
  readonly #writes: WriteWatch | undefined;

  constructor(address: RegistryAddress) {
    this.origin = new URL(`${address.scheme ?? 'https'}://${address.host}`);
    this.addresses = new AddressRules(this.origin, address.trustedHosts ?? []);
    this.#timeoutMs = address.timeoutMs ?? defaultTimeoutMs;
    this.#writes = address.writes;
    sharedPool ??= new Agent({ connections: 32, keepAliveTimeout: 30_000 });
    this.#dispatcher = address.dispatcher ?? sharedPool;
    this.#authorizer = this.#authorizerOf(address.credentials ?? { kind: 'anonymous' });
  }

  /** @throws {RegistryError}, or the reason of the caller's signal. */
  async send(request: RegistryRequest, options: CallOptions = {}): Promise<Answer> {
    const deadline = new Deadline(options, this.#timeoutMs, travelMs(request.bodySize ?? 0));
    try {
      const answer = await this.#authorized(request, deadline);
      if (request.expect.includes(answer.status)) return answer;
      throw await refusalOf(answer, request.what);
    } catch (error) {
      deadline.stop();
      throw deadline.explain(error, request.what);
    }
  }

  async #authorized(request: RegistryRequest, deadline: Deadline): Promise<Answer> {
    const sent = await this.#authorizer.header(request.scopes, deadline.signal);
    const answer = await this.#redirected(request, sent, deadline);
    if (answer.status !== 401) return answer;
    const challenge = answer.header('www-authenticate');
    const better = await this.#authorizer.answer(challenge, request.scopes, sent, deadline.signal);
    if (better === undefined) return answer;
    await answer.drain();
    return this.#redirected(request, better, deadline);
  }

  /** Content may lie elsewhere; our credentials stay at the registry. */
  async #redirected(request: RegistryRequest, authorization: string | undefined, deadline: Deadline): Promise<Answer> {
    const mayMove = isRead(request.method);
    let url = typeof request.target === 'string' ? new URL(request.target, this.origin) : request.target;
    for (let hops = 0; ; hops++) {
      const proof = this.addresses.isOwn(url) ? authorization : undefined;
      const answer = await this.#once(url, request, proof, deadline);
      if (!mayMove || !redirects.includes(answer.status)) return answer;
      await answer.drain();
      if (hops === maxRedirects)
        throw new RegistryError('invalid', `${request.what}: the registry redirects without end`, {
          code: 'REDIRECTS',
        });
      url = this.addresses.fetch(answer.header('location'), url);
    }
  }

  async #once(
    url: URL,
    request: RegistryRequest,
    authorization: string | undefined,
    deadline: Deadline,
  ): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const end = isRead(request.method) ? undefined : this.#writes?.begin();
      try {
        const response = await this.#dispatcher.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: request.method,
          headers: { ...request.headers, ...(authorization !== undefined && { authorization }) },
          body: typeof request.body === 'function' ? request.body() : request.body,
          signal: deadline.signal,
          headersTimeout: deadline.timeoutMs,
          bodyTimeout: deadline.timeoutMs,
        });
        end?.(response.statusCode < 500);
        return new Answer(response, deadline, request.what);
      } catch (error) {
        end?.(false);
        if (tries > 1 || !staleConnection.has(errorCode(error) ?? '') || deadline.signal.aborted) throw error;
      }
    }
  }

  #authorizerOf(credentials: RegistryCredentials): Authorizer {
    if (credentials.kind === 'none') return noAuthorizer;
    if (credentials.kind === 'token') return new GivenTokenAuthorizer(credentials.tokenFor);
    const fetchToken = tokenFetcher(this.addresses, (url, authorization, signal) =>
      this.#getToken(url, authorization, signal),
    );
    return new ChallengeAuthorizer(credentials.kind === 'basic' ? credentials : null, fetchToken);
  }

  async #getToken(url: URL, authorization: string | undefined, signal: AbortSignal): Promise<Answer> {
    const what = 'get a token for the registry';
    const deadline = new Deadline({ signal }, this.#timeoutMs);
    try {
      const request: RegistryRequest = { method: 'GET', target: url, scopes: [], expect: [200], what };
      const answer = await this.#once(url, request, authorization, deadline);
      if (answer.status === 200) return answer;
      throw await refusalOf(answer, what);
    } catch (error) {
      deadline.stop();
      throw deadline.explain(error, what);
    }
  }
}

function travelMs(bytes: number): number {
  return Math.ceil(bytes / slowestBytesPerMs);
}

function isRead(method: RegistryRequest['method']): boolean {
  return method === 'GET' || method === 'HEAD';
}
