'use client';

import type { BuildSummary } from '@cooperage/contracts';
import { useRouter } from 'next/navigation';
import { Button, buttonClass, Key } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { ProblemNote } from '@/components/ui/problem-note';
import { projectPath } from '@/lib/address/paths';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

export interface BuildActionsProps {
  readonly build: Pick<BuildSummary, 'id' | 'organizationSlug' | 'projectSlug'>;
  readonly can: { readonly cancel: boolean; readonly retry: boolean };
  /** Address of the comparison with the last good build, where there is one. */
  readonly compareHref: string | null;
}

/** Stop and retry. Both act at once: a stop says on the page when the work has really ended, a retry is a new build. */
export function BuildActions({ build, can, compareHref }: BuildActionsProps) {
  const router = useRouter();
  const { pending, problem, run } = useChange();
  const cancel = (): void => run(() => send('POST', `/v1/builds/${build.id}/cancel`));
  const retry = (noCache: boolean): void =>
    run(
      () => send<{ number: number }>('POST', `/v1/builds/${build.id}/retry`, { noCache }),
      (created) => {
        const project = { organizationSlug: build.organizationSlug, slug: build.projectSlug };
        router.push(`${projectPath(project)}/b/${created.number}`);
      },
    );
  return (
    <div className="grid justify-items-end gap-2">
      <div className="flex flex-wrap gap-2">
        {compareHref && (
          <Link href={compareHref} data-key="d" title="With the last build that went well" className={buttonClass()}>
            Compare <Key>d</Key>
          </Link>
        )}
        {can.cancel && (
          <Button look="danger" shortcut="s" disabled={pending} onClick={cancel}>
            Stop
          </Button>
        )}
        {can.retry && (
          <>
            <Button disabled={pending} onClick={() => retry(true)}>
              Retry without cache
            </Button>
            <Button look="primary" shortcut="r" disabled={pending} onClick={() => retry(false)}>
              Retry
            </Button>
          </>
        )}
      </div>
      <ProblemNote problem={problem} />
    </div>
  );
}
