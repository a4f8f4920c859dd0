import type { ProblemView, Result } from './problem';

/** Reads below `/api`, from the browser, for what is asked for only once somebody looks. */
export function fetchJson<T>(path: string): Promise<Result<T>> {
  return ask<T>(path, { credentials: 'same-origin' });
}

export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * A change below `/api`, from the browser. The origin check and the session cookie are the API's protection, so nothing
 * else is sent along. `T` is what the contract promises; the API has checked it with the same schema.
 */
export function send<T = unknown>(method: Method, path: string, body?: unknown): Promise<Result<T>> {
  return ask<T>(path, {
    method,
    credentials: 'same-origin',
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

/** Most pages are read and left. What an answer means is known to code that comes with the first question. */
async function ask<T>(path: string, init: RequestInit): Promise<Result<T>> {
  const reader = await import('./answer').catch(() => null);
  return reader ? reader.answerOf<T>(path, init) : { ok: false, problem: notLoaded };
}

const notLoaded: ProblemView = {
  status: 503,
  code: 'unavailable',
  title: 'The service did not answer',
  detail: 'Nothing was changed. Try again, or load the page anew.',
  requestId: '',
  fields: [],
  neededRole: null,
};
