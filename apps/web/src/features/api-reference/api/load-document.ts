import 'server-only';
import { cache } from 'react';
import { loadMe } from '@/features/account/api/load-me';
import { ok, type Result } from '@/lib/api/problem';
import { requestDocument } from '@/lib/api/server';
import { type ApiDocument, type Operation, operationsOf } from '../model/api-document';
import { readDocument } from './read-document';

/** The description of the API as the running version gives it; once a request. Sends to the sign-in page when there is no session. */
export const loadDocument = cache(() => readDocument(loadMe, requestDocument));

export async function loadOperation(
  id: string,
): Promise<Result<{ document: ApiDocument; operation: Operation | null }>> {
  const document = await loadDocument();
  if (!document.ok) return document;
  const operation = operationsOf(document.value).find((each) => each.id === id) ?? null;
  return ok({ document: document.value, operation });
}
