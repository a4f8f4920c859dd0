'use client';

import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

/** Calls a scheduled deletion off. */
export function UndoDeletion({ address, what }: { address: string; what: string }) {
  const { pending, problem, run } = useChange();
  return (
    <>
      <Button
        look="quiet"
        className="text-xs"
        aria-label={`Undo the deletion of ${what}`}
        disabled={pending}
        onClick={() => run(() => send('POST', `/v1${address}`))}
      >
        {pending ? 'Undoing…' : 'Undo'}
      </Button>
      <ProblemNote problem={problem} />
    </>
  );
}
