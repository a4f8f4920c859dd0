import type { LogLine } from '@cooperage/domain/predicates';
import { memo } from 'react';
import { classes } from '@/lib/classes';
import { formatLineAddress } from '../model/line-address';
import type { SearchWords } from '../model/log-search';
import { type TimeMode, timeText } from '../model/time-column';
import { LineText } from './line-text';

export interface LogLineProps {
  /** Undefined while it is being fetched. */
  readonly line: LogLine | undefined;
  readonly step: number;
  /** From 1. */
  readonly number: number;
  /** Lines of the step. */
  readonly of: number;
  readonly time: TimeMode;
  readonly wrap: boolean;
  readonly attemptMs: number | null;
  readonly stepMs: number | null;
  readonly selected: boolean;
  readonly found: boolean;
  /** Says why the build failed. */
  readonly failing: boolean;
  readonly current: boolean;
  readonly words: SearchWords;
  readonly onPick: (step: number, line: number, extend: boolean) => void;
  readonly onEarlier: (states: readonly string[]) => void;
}

/** One line: its number, which is its address; when it was printed; its text, as text. */
export const LogLineRow = memo(function LogLineRow(props: LogLineProps) {
  const { line, step, number, of, selected, found, failing, current } = props;
  return (
    <li
      aria-setsize={of}
      aria-posinset={number}
      className={classes(
        'log-row pr-3 hover:bg-sunken',
        props.wrap ? 'log-row-wrapped w-full' : 'w-max min-w-full',
        found && 'bg-wait-bg',
        current && 'outline-2 -outline-offset-2 outline-accent',
        selected && 'bg-accent-bg! shadow-[inset_3px_0_var(--accent)]',
        line?.notice && 'text-wait italic',
      )}
    >
      <a
        href={formatLineAddress({ step, from: number, to: null })}
        data-line
        tabIndex={-1}
        aria-current={selected || undefined}
        aria-label={`Line ${number} of ${of}${failing ? ', where the step says why it failed' : ''}`}
        className={classes(
          'scroll-mt-[32px] pr-3 text-right select-none hover:text-accent focus-visible:-outline-offset-2',
          failing ? 'bg-bad-bg font-semibold text-bad' : 'text-text-3',
        )}
        onClick={(event) => {
          event.preventDefault();
          props.onPick(step, number, event.shiftKey);
        }}
      >
        {number}
      </a>
      <span aria-hidden className="hidden pr-3 text-right text-text-3 select-none sm:block">
        {line && timeText(props.time, line.atMs, props)}
      </span>
      <span>{line ? <LineText line={line} words={props.words} onEarlier={props.onEarlier} /> : <Fetching />}</span>
    </li>
  );
});

function Fetching() {
  return <span className="text-text-3 select-none">…</span>;
}
