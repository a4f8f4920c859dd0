import type { Problem, Role } from '@cooperage/contracts';

/** What a page shows of a failed request: RFC 9457 fields, or our own words where no problem body came back. */
export type ProblemView = Pick<Problem, 'status' | 'title'> & {
  code: string;
  detail: string | null;
  /** Empty when the request never reached the service. */
  requestId: string;
  fields: readonly { path: string; message: string }[];
  /** The role that would be enough, where the caller's is not. */
  neededRole: Role | null;
  /** Seconds after which it may be tried again, where the answer says so. */
  retryAfterSeconds?: number;
};

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: ProblemView };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** What does not exist, or is not for this person to know; an address that cannot be understood finds nothing either. */
export function isAbsent({ status }: ProblemView): boolean {
  return status === 404 || status === 400;
}

export function unreachable(): ProblemView {
  return {
    status: 503,
    code: 'unavailable',
    title: 'The service did not answer',
    detail: 'The page could not reach the API. It is asked again when you press "Try again".',
    requestId: '',
    fields: [],
    neededRole: null,
  };
}

export function unexpectedAnswer(requestId: string, where: string): ProblemView {
  return {
    status: 502,
    code: 'internal',
    title: 'The service answered in a form that this page does not know',
    detail: `Most often page and API are of different versions. The difference is at ${where || 'the whole answer'}.`,
    requestId,
    fields: [],
    neededRole: null,
  };
}

/** Reads a problem body; anything that is none becomes a problem in our words, so that no stranger's text is shown as ours. */
export function toProblemView(body: unknown, status: number, requestId: string): ProblemView {
  if (typeof body !== 'object' || body === null) return plainProblem(status, requestId);
  const fields = body as Record<string, unknown>;
  if (typeof fields.title !== 'string' || typeof fields.code !== 'string') return plainProblem(status, requestId);
  return {
    status,
    code: fields.code,
    title: fields.title,
    detail: typeof fields.detail === 'string' ? fields.detail : null,
    requestId: typeof fields.requestId === 'string' ? fields.requestId : requestId,
    fields: Array.isArray(fields.errors) ? fields.errors.filter(isFieldError) : [],
    neededRole: isRole(fields.neededRole) ? fields.neededRole : null,
  };
}

function isFieldError(value: unknown): value is { path: string; message: string } {
  const field = value as { path?: unknown; message?: unknown } | null;
  return typeof field?.path === 'string' && typeof field.message === 'string';
}

// Written here because the contract's list would bring its schemas into the browser.
function isRole(value: unknown): value is Role {
  return value === 'owner' || value === 'admin' || value === 'developer' || value === 'viewer';
}

function plainProblem(status: number, requestId: string): ProblemView {
  const title = status >= 500 ? 'The service could not do this now' : 'The request was refused';
  return {
    status,
    code: status >= 500 ? 'unavailable' : 'bad_request',
    title,
    detail: null,
    requestId,
    fields: [],
    neededRole: null,
  };
}
