'use client';

import { useRouter } from 'next/navigation';
import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { deliveryPath, type ProjectName } from '@/lib/address/paths';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

/** Judges the delivery again, by the rules and the git host as they are now. It becomes a delivery of its own. */
export function ReplayButton({ id, project }: { id: string; project: ProjectName }) {
  const router = useRouter();
  const { pending, problem, run } = useChange();
  const replay = (): void =>
    run(
      () => send<{ id: string }>('POST', `/v1/deliveries/${id}/replay`),
      (made) => router.push(deliveryPath(project, made.id)),
    );
  return (
    <div className="grid justify-items-end gap-2">
      <Button look="primary" shortcut="r" disabled={pending} onClick={replay}>
        {pending ? 'Replaying' : 'Replay'}
      </Button>
      <ProblemNote problem={problem} />
    </div>
  );
}
