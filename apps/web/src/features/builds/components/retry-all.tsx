'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import type { Result } from '@/lib/api/problem';
import { useChange } from '@/lib/api/use-change';

/** Tries each branch's newest broken build of a group again, one after the other; the first refusal ends it. */
export function RetryAll({ ids }: { ids: readonly string[] }) {
  const { pending, problem, run } = useChange();
  const [done, setDone] = useState(0);
  if (ids.length === 0)
    return <span className="text-sm text-text-2">{done > 0 ? `${done} tried again` : 'nothing to retry'}</span>;
  return (
    <>
      <ProblemNote problem={problem} />
      <Button disabled={pending} onClick={() => run(() => retryEach(ids), setDone)}>
        {ids.length === 1 ? 'Retry' : `Retry all ${ids.length}`}
      </Button>
    </>
  );
}

async function retryEach(ids: readonly string[]): Promise<Result<number>> {
  for (const id of ids) {
    const result = await send('POST', `/v1/builds/${id}/retry`, { noCache: false });
    if (!result.ok) return result;
  }
  return { ok: true, value: ids.length };
}
