import { ok, type Result, unexpectedAnswer, unreachable } from '../../../lib/api/problem';
import type { ApiDocument } from '../model/api-document';

/**
 * Asks for the description of the API. It is long, so it is read and parsed for people who are signed in only.
 * @param demandSession sends everybody else to the sign-in page by what it throws
 */
export async function readDocument(
  demandSession: () => Promise<Result<unknown>>,
  ask: () => Promise<Response | null>,
): Promise<Result<ApiDocument>> {
  const session = await demandSession();
  if (!session.ok) return session;
  const response = await ask();
  if (!response?.ok) return { ok: false, problem: unreachable() };
  const document = (await response.json().catch(() => null)) as ApiDocument | null;
  return document?.paths ? ok(document) : { ok: false, problem: unexpectedAnswer('', 'paths') };
}
