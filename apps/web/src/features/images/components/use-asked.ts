'use client';

import { useEffect, useState } from 'react';
import { type Result, toProblemView, unreachable } from '@/lib/api/problem';

const againMs = 700;

/** Asks an address below `/api/v1`, and again while the answer says that it is not whole yet. Null until the first answer. */
export function useAsked<T>(address: string, isUnfinished: (result: Result<T>) => boolean): Result<T> | null {
  const [answer, setAnswer] = useState<{ address: string; result: Result<T> } | null>(null);
  useEffect(() => {
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      const result = await get<T>(address, end.signal);
      if (end.signal.aborted) return;
      setAnswer({ address, result });
      if (isUnfinished(result)) timer = setTimeout(() => void ask(), againMs);
    };
    void ask();
    return () => {
      end.abort();
      clearTimeout(timer);
    };
  }, [address, isUnfinished]);
  return answer?.address === address ? answer.result : null;
}

async function get<T>(address: string, signal: AbortSignal): Promise<Result<T>> {
  try {
    const response = await fetch(`/api/v1${address}`, { credentials: 'same-origin', signal });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return { ok: true, value: body as T };
    return { ok: false, problem: toProblemView(body, response.status, response.headers.get('x-request-id') ?? '') };
  } catch {
    return { ok: false, problem: unreachable() };
  }
}
