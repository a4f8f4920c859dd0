'use client';

import type { LogSearchAnswer, Problem } from '@cooperage/contracts';
import type { SearchWords } from '../model/log-search';

export interface SearchRequest {
  readonly buildId: string;
  readonly attempt: number;
  readonly words: SearchWords;
  readonly from: number;
  readonly limit: number;
}

/** Asked again this often while others search, in milliseconds. */
const againMs = 1_000;

/** The answer, or a sentence that says why there is none. */
export async function searchLog(request: SearchRequest, signal: AbortSignal): Promise<LogSearchAnswer | string> {
  const { buildId, attempt, words, from, limit } = request;
  const query = new URLSearchParams({
    attempt: String(attempt),
    q: words.text,
    case: String(words.matchCase),
    regex: String(words.isRegex),
    from: String(from),
    limit: String(limit),
  });
  const response = await fetch(`/api/v1/builds/${buildId}/log/search?${query}`, {
    credentials: 'same-origin',
    signal,
  }).catch(() => null);
  if (!response) return 'The service could not be reached.';
  if (response.ok) return (await response.json()) as LogSearchAnswer;
  if (response.status === 429 && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, againMs));
    return searchLog(request, signal);
  }
  return whyNot((await response.json().catch(() => null)) as Problem | null);
}

function whyNot(problem: Problem | null): string {
  const reason = problem?.errors?.find(({ path }) => path === 'q')?.message;
  return reason
    ? `The pattern cannot be used: ${reason}`
    : (problem?.detail ?? problem?.title ?? 'The log could not be searched.');
}
