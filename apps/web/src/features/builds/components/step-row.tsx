import type { Step, StepCache } from '@cooperage/contracts';
import { isBaseStep } from '@cooperage/domain/predicates';
import { Bar } from '@/components/ui/bar';
import { Elapsed } from '@/components/ui/elapsed';
import { classes } from '@/lib/classes';
import { formatDuration } from '@/lib/format/duration';
import { visibleStart } from '@/lib/format/names';
import { reasonWords } from '../model/cache-reasons';
import { didRun, type StepState, stepMs, stepTitle, stepVerdict, usualWords } from '../model/step-groups';
import { StatusMark } from './status';
import { StepLink } from './step-link';

const looks = {
  waiting: { shape: 'ring', tone: 'text-wait' },
  running: { shape: 'part', tone: 'text-run' },
  done: { shape: 'tick', tone: 'text-good' },
  reused: { shape: 'tick', tone: 'text-good' },
  failed: { shape: 'cross', tone: 'text-bad' },
  stopped: { shape: 'dash', tone: 'text-text-3' },
  never: { shape: 'dash', tone: 'text-text-3' },
} as const;

export interface StepRowProps {
  readonly step: Step;
  /** Not there for what has no verdict. */
  readonly cache: StepCache | undefined;
  readonly state: StepState;
  readonly longestMs: number;
  readonly failing: boolean;
  /** Where a click goes: the step's lines in the log, or its line in the file. */
  readonly href: string;
}

export function StepRow({ step, cache, state, longestMs, failing, href }: StepRowProps) {
  const look = looks[state];
  return (
    <li className="border-b border-line last:border-b-0">
      <StepLink
        href={href}
        ran={didRun(step, state)}
        className={classes(
          'grid grid-cols-[14px_minmax(0,1fr)_auto] items-baseline gap-x-2 gap-y-0.5 px-3 py-1.5 hover:bg-sunken',
          failing && 'bg-accent-bg shadow-[inset_3px_0_var(--accent)]',
        )}
      >
        <StatusMark shape={look.shape} className={classes('translate-y-0.5', look.tone)} />
        <code className={classes('truncate', state === 'never' && 'text-text-3')} title={visibleStart(step.name)}>
          {visibleStart(stepTitle(step))}
        </code>
        <span className={classes('text-sm tabular-nums', failing ? 'text-bad' : 'text-text-2')}>
          <StepTime step={step} state={state} />
        </span>
        <span className="col-start-2 col-end-4 flex min-h-[1.45em] items-center gap-2 text-xs text-text-3">
          <StepBar step={step} state={state} longestMs={longestMs} />
          <span className="min-w-0 truncate">
            {stepVerdict(step, state)}
            {cache && cacheNote(cache, state)}
            {state === 'failed' && step.error && ` · ${visibleStart(step.error)}`}
            <Usual step={step} />
            {step.startLine !== null && ` · line ${step.startLine}`}
          </span>
        </span>
      </StepLink>
    </li>
  );
}

/** Why it ran, or whose result it took. */
function cacheNote({ reason, against }: StepCache, state: StepState): string | null {
  if (state === 'reused') return against && ` from #${against.number}`;
  return reason && `: ${reasonWords(reason)}`;
}

function StepTime({ step, state }: { step: Step; state: StepState }) {
  if (state === 'running' && step.startedAt) return <Elapsed since={step.startedAt} />;
  const ms = stepMs(step);
  return ms === null || state === 'reused' || isBaseStep(step.name) ? '–' : formatDuration(ms);
}

function Usual({ step }: { step: Step }) {
  const words = usualWords(step, stepMs(step));
  return words && ` · ${words}`;
}

/** The time of a step beside that of the longest, with a mark where the usual time of this step ends. */
function StepBar({ step, state, longestMs }: { step: Step; state: StepState; longestMs: number }) {
  if (state === 'reused') return <Bar share={1} look="reused" />;
  const ms = stepMs(step);
  if (ms === null || longestMs === 0 || isBaseStep(step.name)) return null;
  const mark = step.usualMs === null ? null : step.usualMs / longestMs;
  return <Bar share={ms / longestMs} look={state === 'failed' ? 'bad' : 'plain'} mark={mark} />;
}
