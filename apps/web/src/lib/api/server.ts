import 'server-only';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { requestedPathHeader } from '../address/requested-path';
import { signInPath } from '../address/return-path';
import { apiUrl } from '../config';
import { ok, type Result, toProblemView, unexpectedAnswer, unreachable } from './problem';

/** Longest wait for the API inside the installation, in milliseconds. */
const timeoutMs = 10_000;

/** The part of a zod schema that reading needs. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: { path: PropertyKey[] }[] } };
}

/** GET below `/api/v1`, as the person who asked for the page. Sends to the sign-in page when there is no session. */
export async function read<T>(path: string, schema: Schema<T>): Promise<Result<T>> {
  const result = await readOptional(path, schema);
  if (!result.ok && result.problem.status === 401) await goToSignIn();
  return result;
}

/** As `read`, for pages that are shown without a session too. */
export async function readOptional<T>(path: string, schema: Schema<T>): Promise<Result<T>> {
  const response = await request(path);
  if (!response) return { ok: false, problem: unreachable() };
  const requestId = response.headers.get('x-request-id') ?? '';
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) return { ok: false, problem: toProblemView(body, response.status, requestId) };
  const parsed = schema.safeParse(body);
  if (parsed.success) return ok(parsed.data);
  const where = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  return { ok: false, problem: unexpectedAnswer(requestId, where) };
}

/** The raw answer, for bytes and documents; null when the API cannot be reached. */
async function request(path: string): Promise<Response | null> {
  const incoming = await headers();
  const forwarded = new Headers({ accept: 'application/json' });
  for (const name of ['cookie', 'x-request-id']) {
    const value = incoming.get(name);
    if (value) forwarded.set(name, value);
  }
  try {
    return await fetch(`${apiUrl()}/api/v1${path}`, {
      headers: forwarded,
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch {
    return null;
  }
}

/** The description of the whole API, which is for everybody; null when the API cannot be reached. */
export async function requestDocument(): Promise<Response | null> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    return await fetch(`${apiUrl()}/api/openapi.json`, { cache: 'no-store', redirect: 'error', signal });
  } catch {
    return null;
  }
}

async function goToSignIn(): Promise<never> {
  const incoming = await headers();
  redirect(signInPath(incoming.get(requestedPathHeader)));
}
