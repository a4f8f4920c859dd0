import { ok, type Result, toProblemView, unreachable } from './problem';

/** Asks below `/api`, from the browser, and reads whatever comes back. */
export async function answerOf<T>(path: string, init: RequestInit): Promise<Result<T>> {
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
