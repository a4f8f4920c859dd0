/**
 * `not_found`: the registry knows no such thing. `denied`: credentials are missing, wrong or too narrow. `unavailable`:
 * network, timeout, 429 or 5xx; the same call may work later. `invalid`: the registry sent what cannot be right or is
 * larger than allowed (digest mismatch, malformed document, foreign address). `rejected`: the registry refuses what we
 * sent or does not support the call.
 */
export type RegistryErrorKind = 'not_found' | 'denied' | 'unavailable' | 'invalid' | 'rejected';

export interface RegistryErrorDetails {
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** Code of the distribution specification (`MANIFEST_UNKNOWN`), or ours (`TIMEOUT`, `TOO_LARGE`, `DIGEST_MISMATCH`). */
  readonly code?: string;
  /** How long the registry asks us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * The only error that the calls of this library throw, apart from a caller's own abort reason. The message is fit for a
 * person: it holds no credential, no query string and no text of the registry's answer but its error code.
 */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly kind: RegistryErrorKind;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(kind: RegistryErrorKind, message: string, details: RegistryErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.status = details.status;
    this.code = details.code;
    this.retryAfterMs = details.retryAfterMs;
  }
}

export function isRegistryError(error: unknown, kind?: RegistryErrorKind): error is RegistryError {
  return error instanceof RegistryError && (kind === undefined || error.kind === kind);
}

/** An answer that cannot be right: bytes or documents that break the specification or our limits. */
export function invalidAnswer(message: string, code = 'INVALID'): RegistryError {
  return new RegistryError('invalid', message, { code });
}
