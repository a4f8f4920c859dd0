'use client';

import type { Build, Step, Steps } from '@cooperage/contracts';
import { useEffect, useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { ProblemNote } from '@/components/ui/problem-note';
import { buildPath } from '@/lib/address/paths';
import { fetchJson } from '@/lib/api/browser';
import type { Result } from '@/lib/api/problem';
import { visibleText } from '@/lib/format/names';
import type { RowFacts } from '../model/row-facts';
import { blameWords } from '../model/status';
import { waitWords } from '../model/wait-words';
import { PeekSteps } from './peek-steps';
import { SaidLine } from './said-line';
import { Status } from './status';

interface Peek {
  readonly build: Build;
  readonly steps: readonly Step[];
}

interface PeekPanelProps {
  readonly row: RowFacts;
  readonly onClose: () => void;
  readonly onRetry: () => void;
  readonly onStop: () => void;
}

/** Cause and steps of one build beside the list, which stays where it is and keeps the focus. */
export function PeekPanel({ row, onClose, onRetry, onStop }: PeekPanelProps) {
  const peek = usePeek(row.id);
  return (
    <aside
      aria-label={`Build #${row.number}`}
      className="fixed inset-x-0 bottom-0 z-20 max-h-[60vh] overflow-y-auto border-t border-line-strong bg-surface shadow-xl md:inset-y-0 md:right-0 md:left-auto md:max-h-none md:w-[26rem] md:border-t-0 md:border-l"
    >
      <header className="sticky top-0 flex items-center justify-between gap-2 border-b border-line bg-surface px-3 py-2">
        <h2 className="font-semibold">
          {row.projectSlug} #{row.number}
        </h2>
        <div className="flex gap-1">
          {row.can.cancel && <Button onClick={onStop}>Stop</Button>}
          {row.can.retry && <Button onClick={onRetry}>Retry</Button>}
          <Button look="quiet" onClick={onClose}>
            Close
          </Button>
        </div>
      </header>
      {peek === null ? (
        <p aria-busy="true" className="late-skeleton p-3 text-text-2">
          Loading
        </p>
      ) : peek.ok ? (
        <PeekContent {...peek.value} />
      ) : (
        <div className="p-3">
          <ProblemNote problem={peek.problem} />
        </div>
      )}
      <p className="px-3 pb-4">
        <Link href={buildPath(row)} className={buttonClass()}>
          Open the build
        </Link>
      </p>
    </aside>
  );
}

function PeekContent({ build, steps }: Peek) {
  return (
    <div className="grid gap-3 p-3">
      <p>
        <Status status={build.status} /> <span className="break-words">{visibleText(build.commitSubject)}</span>
      </p>
      {build.failure && (
        <section aria-label="Cause" className="rounded border border-l-4 border-bad bg-bad-bg px-3 py-2">
          <p>
            <strong className="font-semibold text-bad">
              {build.failure.code} · {blameWords[build.failure.blame]}
            </strong>{' '}
            <span className="break-words">{visibleText(build.failure.message)}</span>
          </p>
          {build.failure.place?.step && (
            <code className="mt-1 block break-all">{visibleText(build.failure.place.step)}</code>
          )}
          <SaidLine failure={build.failure} />
          <p className="mt-1 text-text-2">{build.failure.advice}</p>
        </section>
      )}
      {build.waitReason && <p className="text-wait">waits {visibleText(waitWords(build.waitReason))}</p>}
      <PeekSteps build={build} steps={steps} />
    </div>
  );
}

/** Null until the answer is there. A build without an attempt has no steps yet. */
function usePeek(id: string): Result<Peek> | null {
  const [peek, setPeek] = useState<{ id: string; result: Result<Peek> } | null>(null);
  useEffect(() => {
    let wanted = true;
    void load(id).then((result) => wanted && setPeek({ id, result }));
    return () => {
      wanted = false;
    };
  }, [id]);
  return peek?.id === id ? peek.result : null;
}

async function load(id: string): Promise<Result<Peek>> {
  const build = await fetchJson<Build>(`/v1/builds/${id}`);
  if (!build.ok) return build;
  if (build.value.attempts.length === 0) return { ok: true, value: { build: build.value, steps: [] } };
  const steps = await fetchJson<Steps>(`/v1/builds/${id}/steps`);
  return steps.ok ? { ok: true, value: { build: build.value, steps: steps.value.steps } } : steps;
}
