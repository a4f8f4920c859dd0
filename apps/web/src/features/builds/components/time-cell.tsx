import type { BuildSummary } from '@cooperage/contracts';
import { Span } from '@/components/ui/span';
import { formatDuration } from '@/lib/format/duration';
import { ghostBar } from '../model/ghost-bar';
import { GhostBarDrawing, RunningGhostBar } from './ghost-bar';

type Timed = Pick<BuildSummary, 'startedAt' | 'finishedAt' | 'usualMs'>;

/** How long a build took, over the ghost of how long it usually takes. */
export function TimeCell({ build }: { build: Timed }) {
  const { startedAt, finishedAt, usualMs } = build;
  return (
    <>
      <Span start={startedAt} end={finishedAt} />
      {startedAt !== null && usualMs !== null && (
        <span className="mt-0.5 block" title={`usually ${formatDuration(usualMs)}`}>
          {finishedAt === null ? (
            <RunningGhostBar since={startedAt} usualMs={usualMs} />
          ) : (
            <GhostBarDrawing bar={ghostBar(Date.parse(finishedAt) - Date.parse(startedAt), usualMs)} />
          )}
          <span className="sr-only">usually {formatDuration(usualMs)}</span>
        </span>
      )}
    </>
  );
}
