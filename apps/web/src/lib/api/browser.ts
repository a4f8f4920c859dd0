import { ok, type Result, toProblemView, unreachable } from './problem';

/** Reads below `/api`, from the browser, for what is asked for only once somebody looks. */
export function fetchJson<T>(path: string): Promise<Result<T>> {
  return answerOf<T>(path, { credentials: 'same-origin' });
}

export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * A change below `/api`, from the browser. The origin check and the session cookie are the API's protection, so nothing
 * else is sent along. `T` is what the contract promises; the API has checked it with the same schema.
 */
export function send<T = unknown>(method: Method, path: string, body?: unknown): Promise<Result<T>> {
  return answerOf<T>(path, {
    method,
    credentials: 'same-origin',
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

async function answerOf<T>(path: string, init: RequestInit): Promise<Result<T>> {
  try {
    const response = await fetch(`/api${path}`, init);
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return ok(answer as T);
    const problem = toProblemView(answer, response.status, response.headers.get('x-request-id') ?? '');
    const retryAfter = response.headers.get('retry-after');
    return { ok: false, problem: retryAfter ? { ...problem, retryAfterSeconds: Number(retryAfter) } : problem };
  } catch {
    return { ok: false, problem: unreachable() };
  }
}
