import { RegistryError } from '../registry-error.js';
import { CallerFailure } from './authorizer.js';
import type { CallOptions } from './call-options.js';

/** One call's time limit joined with its caller's signal. `stop` must be called when the call is over. */
export class Deadline {
  readonly timeoutMs: number;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #abort = (): void => this.#controller.abort(this.#caller?.reason);
  readonly #timer: NodeJS.Timeout;

  /** @param extraMs on top, for what has to be sent. */
  constructor(options: CallOptions, defaultTimeoutMs: number, extraMs = 0) {
    this.timeoutMs = (options.timeoutMs ?? defaultTimeoutMs) + extraMs;
    this.#caller = options.signal;
    this.#timer = setTimeout(() => this.#controller.abort(), this.timeoutMs);
    if (this.#caller?.aborted) this.#abort();
    else this.#caller?.addEventListener('abort', this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A stream has begun: from here on only its silence counts, and the caller's signal. */
  stopClock(): void {
    clearTimeout(this.#timer);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#abort);
  }

  /** What `error`, thrown while this call ran, means: the caller's abort, our time limit, or a broken connection. */
  explain(error: unknown, what: string): unknown {
    if (this.#caller?.aborted) return this.#caller.reason;
    if (error instanceof CallerFailure) return error.reason;
    const code = this.#controller.signal.aborted ? 'TIMEOUT' : errorCode(error);
    if (error instanceof RegistryError || code === undefined) return error;
    const why = timeoutCodes.has(code) ? `no answer within ${this.timeoutMs} ms` : code;
    return new RegistryError('unavailable', `${what}: the registry cannot be reached (${why})`, { code, cause: error });
  }
}

const timeoutCodes = new Set(['TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT']);

/** `ECONNREFUSED`, `UND_ERR_SOCKET`, `CERT_HAS_EXPIRED`, …; an error without a code is none of the network. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
