'use client';

import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

export function VerifyAll({ projectId, projectSlug }: { projectId: string; projectSlug: string }) {
  const { pending, problem, run } = useChange();
  return (
    <>
      <Button
        className="text-xs"
        disabled={pending}
        aria-label={`Verify now: the images of ${projectSlug}`}
        onClick={() => run(() => send('POST', `/v1/projects/${projectId}/verifications`))}
      >
        {pending ? 'Asking' : 'Verify now'}
      </Button>
      <ProblemNote problem={problem} />
    </>
  );
}
