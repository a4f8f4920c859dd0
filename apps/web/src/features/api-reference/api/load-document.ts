import 'server-only';
import { cache } from 'react';
import { ok, type Result, unexpectedAnswer, unreachable } from '@/lib/api/problem';
import { requestDocument } from '@/lib/api/server';
import { type ApiDocument, type Operation, operationsOf } from '../model/api-document';

/** The description of the API as the running version gives it; once a request. */
export const loadDocument = cache(async (): Promise<Result<ApiDocument>> => {
  const response = await requestDocument();
  if (!response?.ok) return { ok: false, problem: unreachable() };
  const document = (await response.json().catch(() => null)) as ApiDocument | null;
  return document?.paths ? ok(document) : { ok: false, problem: unexpectedAnswer('', 'paths') };
});

export async function loadOperation(
  id: string,
): Promise<Result<{ document: ApiDocument; operation: Operation | null }>> {
  const document = await loadDocument();
  if (!document.ok) return document;
  const operation = operationsOf(document.value).find((each) => each.id === id) ?? null;
  return ok({ document: document.value, operation });
}
