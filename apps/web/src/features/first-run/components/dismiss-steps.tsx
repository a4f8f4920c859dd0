'use client';

import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

/** Puts the list away for everybody. All that it leads to stays where it is. */
export function DismissSteps() {
  const { pending, problem, run } = useChange();
  return (
    <>
      <ProblemNote problem={problem} />
      <Button
        look="quiet"
        className="text-xs"
        disabled={pending}
        onClick={() => run(() => send('POST', '/v1/first-steps/dismissal'))}
      >
        {pending ? 'Putting away' : 'Put away'}
      </Button>
    </>
  );
}
