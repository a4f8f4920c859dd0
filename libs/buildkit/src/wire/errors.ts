/** The canonical codes of gRPC (https://grpc.io/docs/guides/status-codes/). */
export const rpcCode = {
  ok: 0,
  canceled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

/** A typed detail of an error: BuildKit packs its own error types as JSON. */
export interface ErrorDetail {
  /** The Go type, for example `errdefs.Source+json`. */
  readonly type: string;
  readonly value: unknown;
}

/** The other side answered a call with a status other than OK. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  /** One of `rpcCode`. */
  readonly code: number;
  readonly details: readonly ErrorDetail[];
  readonly method: string;

  constructor(method: string, code: number, message: string, details: readonly ErrorDetail[] = []) {
    super(message);
    this.method = method;
    this.code = code;
    this.details = details;
  }
}

/**
 * The engine could not be reached (`connect`), or a call ended without a status (`call`): what became of the call is
 * unknown. Ask the engine's history, or count the work as lost.
 */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly phase: 'connect' | 'call';

  constructor(phase: 'connect' | 'call', message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.phase = phase;
  }
}
