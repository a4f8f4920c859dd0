import type { Problem, ProblemCode, Role } from '@cooperage/contracts';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/** The closed list of problems with their HTTP status. A title is a sentence for a person and never changes per request. */
const problemKinds: Readonly<Record<ProblemCode, ProblemKind>> = {
  bad_request: { status: 400, title: 'The request cannot be understood' },
  validation_failed: { status: 400, title: 'Some fields are not valid' },
  malformed: { status: 400, title: 'The body cannot be read' },
  unauthenticated: { status: 401, title: 'Sign in, or send a valid token' },
  signature_missing: { status: 401, title: 'The call carries no proof of where it comes from' },
  signature_invalid: { status: 401, title: 'The proof of this call is not valid' },
  timestamp_out_of_range: { status: 401, title: 'The call is too old, or its clock is wrong' },
  unknown_sender: { status: 401, title: 'The call looks like no forge that is known' },
  ref_invalid: { status: 400, title: 'The name of the ref is not valid' },
  forbidden: { status: 403, title: 'You may not do this' },
  not_found: { status: 404, title: 'There is no such thing, or it is not yours' },
  method_not_allowed: { status: 405, title: 'This address does not take this method' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'This conflicts with what is there' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used for another call' },
  stale: { status: 409, title: 'It was changed in the meantime' },
  too_late: { status: 409, title: 'It is too late for this' },
  gone: { status: 410, title: 'This is gone' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'This kind of body is not accepted here' },
  rate_limited: { status: 429, title: 'Too many tries' },
  quota_exceeded: { status: 429, title: 'A quota of the organization is used up' },
  internal: { status: 500, title: 'Something failed on our side' },
  unavailable: { status: 503, title: 'The service cannot do this now' },
};

export interface ProblemOptions {
  /** One sentence for this occurrence. Holds no path, SQL, version or secret. */
  readonly detail?: string;
  readonly errors?: Problem['errors'];
  readonly neededRole?: Role;
  /** Seconds after which a client may try again. */
  readonly retryAfterSeconds?: number;
  /** The bound that was passed, for `rate_limited`. */
  readonly rateLimit?: { readonly tries: number; readonly windowSeconds: number };
  /** Methods that the address takes, for `method_not_allowed`. */
  readonly allow?: readonly string[];
  readonly cause?: unknown;
}

/** Every refusal of the API. Thrown anywhere, answered in one place as RFC 9457 problem details. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly code: ProblemCode,
    readonly options: ProblemOptions = {},
  ) {
    super(
      options.detail ?? problemKinds[code].title,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
  }

  get status(): number {
    return problemKinds[this.code].status;
  }

  body(requestId: string): Problem {
    const { detail, errors, neededRole } = this.options;
    return {
      type: `urn:cooperage:problem:${this.code}`,
      title: problemKinds[this.code].title,
      status: this.status,
      ...(detail !== undefined && { detail }),
      code: this.code,
      requestId,
      ...(errors !== undefined && { errors }),
      ...(neededRole !== undefined && { neededRole }),
    };
  }
}

export function notFound(): ApiProblem {
  return new ApiProblem('not_found');
}

/** `value`, or the problem of a thing that is not there. */
export function found<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw notFound();
  return value;
}
