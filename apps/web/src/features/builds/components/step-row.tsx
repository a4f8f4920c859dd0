import type { Step } from '@cooperage/contracts';
import { Bar } from '@/components/ui/bar';
import { Elapsed } from '@/components/ui/elapsed';
import { classes } from '@/lib/classes';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { type StepState, stepMs, stepTitle } from '../model/step-groups';
import { StatusMark } from './status';
import { StepLink } from './step-link';

const looks = {
  waiting: { shape: 'ring', tone: 'text-wait', words: 'waits' },
  running: { shape: 'part', tone: 'text-run', words: 'running' },
  done: { shape: 'tick', tone: 'text-good', words: 'ran' },
  reused: { shape: 'tick', tone: 'text-good', words: 'reused' },
  failed: { shape: 'cross', tone: 'text-bad', words: 'failed' },
  stopped: { shape: 'dash', tone: 'text-text-3', words: 'stopped' },
  never: { shape: 'dash', tone: 'text-text-3', words: 'not reached' },
} as const;

export interface StepRowProps {
  readonly step: Step;
  readonly state: StepState;
  readonly longestMs: number;
  readonly failing: boolean;
  readonly logAddress: string | null;
}

/** A click goes to the step's lines in the log. */
export function StepRow({ step, state, longestMs, failing, logAddress }: StepRowProps) {
  const look = looks[state];
  const ms = stepMs(step);
  const share = state === 'reused' ? 1 : ms === null || longestMs === 0 ? 0 : ms / longestMs;
  return (
    <li className="border-b border-line last:border-b-0">
      <StepLink
        ordinal={step.ordinal}
        logAddress={logAddress}
        className={classes(
          'grid grid-cols-[14px_minmax(0,1fr)_auto] items-baseline gap-x-2 gap-y-0.5 px-3 py-1.5 hover:bg-sunken',
          failing && 'bg-accent-bg shadow-[inset_3px_0_var(--accent)]',
        )}
      >
        <StatusMark shape={look.shape} className={classes('translate-y-0.5', look.tone)} />
        <code className={classes('truncate', state === 'never' && 'text-text-3')} title={visibleText(step.name)}>
          {visibleText(stepTitle(step))}
        </code>
        <span className={classes('text-sm tabular-nums', failing ? 'text-bad' : 'text-text-2')}>
          {state === 'running' && step.startedAt ? (
            <Elapsed since={step.startedAt} />
          ) : ms === null || state === 'reused' ? (
            '–'
          ) : (
            formatDuration(ms)
          )}
        </span>
        <span className="col-start-2 col-end-4 flex items-center gap-2 text-xs text-text-3">
          {share > 0 && (
            <Bar share={share} look={state === 'reused' ? 'reused' : state === 'failed' ? 'bad' : 'plain'} />
          )}
          <span className="min-w-0 truncate">
            {look.words}
            {step.startLine !== null && ` · line ${step.startLine}`}
            {state === 'failed' && step.error && ` · ${visibleText(step.error)}`}
          </span>
        </span>
      </StepLink>
    </li>
  );
}
