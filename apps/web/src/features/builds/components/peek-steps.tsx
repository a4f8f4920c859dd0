import type { Build, Step } from '@cooperage/contracts';
import { isFinal } from '@cooperage/domain/predicates';
import { classes } from '@/lib/classes';
import { formatDuration } from '@/lib/format/duration';
import { visibleStart } from '@/lib/format/names';
import { shownOf } from '../model/shown-steps';
import { groupSteps, type StepState, stepMs, stepState, stepTitle } from '../model/step-groups';
import { StepsLeft } from './steps-left';

const words: Readonly<Record<StepState, string>> = {
  waiting: 'waits',
  running: 'runs',
  done: 'done',
  reused: 'reused',
  failed: 'failed',
  stopped: 'stopped',
  never: 'not reached',
};

/** The Dockerfile's own steps in short. */
export function PeekSteps({ build, steps }: { build: Pick<Build, 'status'>; steps: readonly Step[] }) {
  const own = groupSteps(steps).own.flatMap((group) => group.steps);
  if (own.length === 0) return <p className="text-text-2">No step was reached.</p>;
  const { shown, left } = shownOf(own, (step) => stepState(step, isFinal(build.status)) === 'failed');
  return (
    <>
      <ol aria-label="Steps" className="grid gap-1 text-sm">
        {own
          .filter((step) => shown.has(step))
          .map((step) => {
            const state = stepState(step, isFinal(build.status));
            const ms = stepMs(step);
            return (
              <li key={step.ordinal} className="flex items-baseline justify-between gap-3 border-b border-line pb-1">
                <code
                  className={classes('min-w-0 truncate', state === 'failed' && 'text-bad')}
                  title={visibleStart(step.name)}
                >
                  {visibleStart(stepTitle(step))}
                </code>
                <span
                  className={classes('whitespace-nowrap tabular-nums', state === 'failed' ? 'text-bad' : 'text-text-2')}
                >
                  {words[state]}
                  {ms !== null && state !== 'reused' && ` · ${formatDuration(ms)}`}
                </span>
              </li>
            );
          })}
      </ol>
      <StepsLeft left={left} />
    </>
  );
}
