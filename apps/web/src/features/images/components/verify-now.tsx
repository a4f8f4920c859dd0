'use client';

import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

export function VerifyNow({ projectId, digest }: { projectId: string; digest: string }) {
  const { pending, problem, run } = useChange();
  return (
    <div className="grid justify-items-end gap-2 text-text">
      <Button
        shortcut="v"
        disabled={pending}
        onClick={() => run(() => send('POST', `/v1/projects/${projectId}/images/${digest}/verify`))}
      >
        {pending ? 'Checking' : 'Verify now'}
      </Button>
      <ProblemNote problem={problem} />
    </div>
  );
}
