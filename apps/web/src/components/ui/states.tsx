import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { publicOrigin } from '@/lib/address/public-origin';
import { isAbsent, type ProblemView } from '@/lib/api/problem';
import { classes } from '@/lib/classes';
import { type ApiCall, curlCall } from '@/lib/format/shell';
import { unavailable } from '@/lib/live/unavailable';
import { CopyLine } from './copy-line';
import { NoPermission } from './no-permission';
import { TryAgain } from './try-again';

export interface EmptyProps {
  /** Why nothing is here, in one sentence. */
  readonly title: string;
  /** The one thing to do about it: a button or a link that looks like one. */
  readonly action: ReactNode;
  /** The same thing for a terminal: a call of the API, or a command as it is. */
  readonly command: ApiCall | string;
  readonly children?: ReactNode;
}

/** Nothing is there, why, and what to do. None leaves its reader without a next step: all three are asked for. */
export async function Empty({ title, action, command, children }: EmptyProps) {
  const text = typeof command === 'string' ? command : curlCall(await publicOrigin(), command);
  return (
    <div data-empty className="mx-auto grid max-w-[62ch] justify-items-center gap-3 px-4 py-10 text-center">
      <p data-why className="font-semibold">
        {title}
      </p>
      {children && <div className="grid gap-3 text-text-2">{children}</div>}
      <div data-next-action>{action}</div>
      <div className="w-full text-left">
        <CopyLine text={text} what="command" />
      </div>
    </div>
  );
}

/** Whose turn it is, from the status of an answer. */
function sideOf({ status }: ProblemView): string {
  if (status >= 500) return 'The fault is with the service, not with you';
  return status === 429 ? 'The service asks for a pause' : 'The service refused this request';
}

/** One panel could not be filled; the others stay. */
export function ProblemPanel({ problem, what }: { problem: ProblemView; what: string }) {
  if (problem.status === 403) return <NoPermission problem={problem} what={what} />;
  const away = problem.status >= 500;
  return (
    <div role="alert" className="grid gap-1.5 px-4 py-5" {...(away && unavailable)}>
      <p>
        <strong className="font-semibold text-bad">{what} could not be shown.</strong> {problem.title}.
      </p>
      {problem.detail && <p className="text-text-2">{problem.detail}</p>}
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-text-2">
        <span>
          {sideOf(problem)}: <code>{problem.code}</code>
        </span>
        {problem.requestId && (
          <span>
            request <code>{problem.requestId}</code>
          </span>
        )}
        <TryAgain byItself={away} />
      </p>
    </div>
  );
}

/** The page itself could not be filled. What does not exist, or is not for this person to know, is our 404 page. */
export function ProblemPage({ problem, what }: { problem: ProblemView; what: string }) {
  if (isAbsent(problem)) notFound();
  return (
    <main id="main" className="p-4 sm:p-6">
      <h1 className="sr-only">{what} could not be shown</h1>
      <div className="rounded border border-line bg-surface">
        <ProblemPanel problem={problem} what={what} />
      </div>
    </main>
  );
}

/** Holds the place of what is on its way; seen only when it takes longer than 150 ms. */
export function Skeleton({ lines, className }: { lines: number; className?: string }) {
  return (
    <div aria-busy="true" className={classes('late-skeleton grid gap-2.5 p-3', className)}>
      <span className="sr-only">Loading</span>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className={classes('h-4 rounded bg-sunken', index % 3 === 2 ? 'w-3/5' : 'w-full')} />
      ))}
    </div>
  );
}
