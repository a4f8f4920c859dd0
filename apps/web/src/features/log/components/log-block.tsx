import { useLayoutEffect, useRef } from 'react';
import { classes } from '@/lib/classes';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import type { JoinedLog } from '../model/joined-log';
import { holdsLine, type LineAddress } from '../model/line-address';
import type { Hit, SearchWords } from '../model/log-search';
import { headerHeight, topOfRow, type VisibleBlock } from '../model/log-window';
import type { ShownRows } from '../model/shown-rows';
import { stepOfKey } from '../model/step-key';
import type { TimeMode } from '../model/time-column';
import { LogLineRow } from './log-line';
import { type LogStep, stepName } from './log-step';
import type { Wrapping } from './use-seen-heights';

/** How lines are drawn, alike for all of them. */
export interface LogLook {
  readonly selection: LineAddress | null;
  readonly words: SearchWords;
  readonly hits: readonly Hit[];
  readonly hitKeys: ReadonlySet<string>;
  readonly currentHit: Hit | null;
  readonly time: TimeMode;
  /** Not null: long lines go on below instead of to the right. */
  readonly wrap: Wrapping | null;
  /** When the attempt of a step was taken by a worker, in milliseconds since 1970; null when that is not known. */
  readonly attemptMsOf: (step: number) => number | null;
  readonly onPick: (step: number, line: number, extend: boolean) => void;
  readonly onEarlier: (states: readonly string[]) => void;
}

export interface LogBlockProps {
  readonly visible: VisibleBlock;
  /** From the log's own pixels to those of what the browser scrolls. */
  readonly shift: number;
  readonly log: JoinedLog;
  readonly rows: ShownRows;
  readonly step: LogStep | undefined;
  readonly look: LogLook;
  readonly onFold: (ordinal: number) => void;
  /** Told how high the rows are that were drawn, from `first` on, where lines wrap. */
  readonly onSeen: (ordinal: number, first: number, heights: readonly number[]) => void;
}

/** As wide as its longest line, or as its window. */
export const widthClass = (wrap: boolean): string => (wrap ? 'w-full' : 'w-max min-w-full');

/** A step's lines under its header, which stays on screen for as long as one of its lines is. */
export function LogBlock({ visible, shift, log, rows, step, look, onFold, onSeen }: LogBlockProps) {
  const { block, from, to, top, bottom } = visible;
  const { ordinal } = block;
  const title = visibleText(stepName(step, ordinal));
  const of = log.count(ordinal);
  const list = useRef<HTMLOListElement>(null);
  // Before anything is painted: what is drawn for the first time is at its place then.
  useLayoutEffect(() => {
    if (!look.wrap || !list.current) return;
    const drawn = [...list.current.children] as HTMLElement[];
    onSeen(
      ordinal,
      from,
      drawn.map((row) => row.offsetHeight),
    );
  });
  const began = { attemptMs: look.attemptMsOf(ordinal), stepMs: step?.startedMs ?? null };
  return (
    <section
      aria-label={`${title}, ${of} lines`}
      className={classes('absolute left-0', widthClass(look.wrap !== null))}
      style={{ top: top + shift, height: bottom - top }}
    >
      <StepHeader
        title={title}
        attempt={stepOfKey(ordinal).attempt}
        lines={of}
        step={step}
        folded={block.folded}
        onFold={() => onFold(ordinal)}
      />
      <ol
        ref={list}
        className={classes('absolute', widthClass(look.wrap !== null))}
        style={{ top: topOfRow(block, from) - top }}
      >
        {Array.from({ length: to - from }, (_, index) => {
          const number = rows.lineAt(ordinal, from + index) + 1;
          const key = `${ordinal}:${number}`;
          return (
            <LogLineRow
              key={number}
              line={log.line(ordinal, number - 1)}
              step={ordinal}
              number={number}
              of={of}
              time={look.time}
              wrap={look.wrap !== null}
              attemptMs={began.attemptMs}
              stepMs={began.stepMs}
              selected={holdsLine(look.selection, ordinal, number)}
              found={look.hitKeys.has(key)}
              failing={step?.failingLine === number}
              current={look.currentHit?.[0] === ordinal && look.currentHit[1] === number}
              words={look.words}
              onPick={look.onPick}
              onEarlier={look.onEarlier}
            />
          );
        })}
      </ol>
    </section>
  );
}

interface StepHeaderProps {
  readonly title: string;
  /** Null in the attempt that is shown. */
  readonly attempt: number | null;
  readonly lines: number;
  readonly step: LogStep | undefined;
  readonly folded: boolean;
  readonly onFold: () => void;
}

function StepHeader({ title, attempt, lines, step, folded, onFold }: StepHeaderProps) {
  const elsewhere = step?.outputAt ?? null;
  return (
    <button
      type="button"
      aria-expanded={elsewhere === null ? !folded : undefined}
      onClick={onFold}
      style={{ height: headerHeight }}
      className="sticky top-0 z-1 flex w-full items-center border-y border-line bg-sunken text-left font-sans text-sm text-text-2"
    >
      <span className="sticky left-0 flex max-w-[min(100cqw,60rem)] items-center gap-2 px-3">
        <span aria-hidden className={classes('w-3', step?.failed && 'text-bad')}>
          {elsewhere !== null ? '↑' : folded ? '▸' : '▾'}
        </span>
        <span className={classes('truncate font-medium', step?.failed && 'text-bad')}>{title}</span>
        <span className="min-w-20 shrink-0 text-text-3 tabular-nums">
          {attempt !== null && <span className="max-sm:hidden">attempt {attempt} · </span>}
          {step?.reused && 'reused · '}
          {elsewhere !== null
            ? `output in attempt ${stepOfKey(elsewhere).attempt}`
            : `${lines.toLocaleString('en')} ${lines === 1 ? 'line' : 'lines'}`}
          {step && step.ms !== null && !step.reused && ` · ${formatDuration(step.ms)}`}
          {step && step.ranAgainIn !== null && (
            <span className="max-sm:hidden"> · ran again in attempt {step.ranAgainIn}</span>
          )}
        </span>
      </span>
    </button>
  );
}
