'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { ShownOnce } from '@/components/ui/shown-once';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

/** Older secrets stay valid, so that one can be exchanged without a gap. */
export function NewHookSecret({ projectId }: { projectId: string }) {
  const [secret, setSecret] = useState<string | null>(null);
  const { pending, problem, run } = useChange();
  const make = (): void =>
    run(
      () => send<{ secret: string }>('POST', `/v1/projects/${projectId}/hook-secrets`),
      (made) => setSecret(made.secret),
    );
  return (
    <div className="grid gap-2">
      {secret && <ShownOnce secret={secret} what="hook secret" />}
      <Button className="justify-self-start" disabled={pending} onClick={make}>
        Make another secret
      </Button>
      <ProblemNote problem={problem} />
    </div>
  );
}
