'use client';

import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

/** Takes a builder out of the turn, or back in. It acts at once: the other button takes it back. */
export function DrainButton({ id, draining }: { id: string; draining: boolean }) {
  const { pending, problem, run } = useChange();
  const act = (): void => run(() => send('POST', `/v1/workers/${id}/${draining ? 'resume' : 'drain'}`));
  return (
    <>
      <Button look="quiet" className="text-xs" disabled={pending} onClick={act}>
        {pending ? 'Asking' : draining ? 'Resume' : 'Drain'}
      </Button>
      <ProblemNote problem={problem} />
    </>
  );
}
