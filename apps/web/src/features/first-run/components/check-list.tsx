'use client';

import type { ChecksView } from '@cooperage/contracts';
import { useSyncExternalStore } from 'react';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { CopyLine } from '@/components/ui/copy-line';
import { ProblemNote } from '@/components/ui/problem-note';
import { checksSummary } from '../model/check-words';
import { CheckRow } from './check-row';
import { useChecks } from './use-checks';

/** What the installation stands on, looked at for real, turning as the answers come. */
export function CheckList({ initial }: { initial: ChecksView }) {
  const { view, problem, ask, waits } = useChecks(initial);
  return (
    <Card
      title="1 · What this installation stands on"
      aside={
        <Button look="quiet" className="text-xs" disabled={waits} onClick={() => ask()}>
          {waits ? 'Looking' : 'Check all again'}
        </Button>
      }
    >
      <p role="status" className="sr-only">
        {checksSummary(view.checks)}
      </p>
      <OtherAddress publicUrl={view.publicUrl} />
      <ul>
        {view.checks.map((check) => (
          <CheckRow key={check.name} check={check} onAgain={() => ask([check.name])} />
        ))}
      </ul>
      {problem && (
        <div className="p-3">
          <ProblemNote problem={problem} />
        </div>
      )}
    </Card>
  );
}

const never = () => () => {};

/** From another address than its own the service takes no changes: without this sentence every button would just fail. */
function OtherAddress({ publicUrl }: { publicUrl: string }) {
  const here = useSyncExternalStore(
    never,
    () => window.location.origin,
    () => publicUrl,
  );
  if (here === publicUrl) return null;
  return (
    <div role="alert" className="grid gap-2 border-b border-line bg-wait-bg px-3 py-2">
      <p>
        <b className="font-semibold text-wait">You opened this page at another address.</b> You are at{' '}
        <code>{here}</code>, and PUBLIC_URL says <code>{publicUrl}</code>: changes are taken only there. Open that
        address, or set this one and start again:
      </p>
      <CopyLine text={`PUBLIC_URL=${here} docker compose up -d`} what="command for another PUBLIC_URL" />
    </div>
  );
}
