'use client';

import type { ReactNode } from 'react';
import { Button, buttonClass, Key } from '@/components/ui/button';
import { classes } from '@/lib/classes';
import { logDownload } from '../api/log-ports';
import { type TimeMode, timeModeWords } from '../model/time-column';

interface LogToolbarProps {
  readonly buildId: string;
  /** Null where the log is that of all attempts. */
  readonly attempt: number | null;
  readonly lines: number;
  readonly time: TimeMode;
  readonly wrap: boolean;
  readonly full: boolean;
  readonly hasErrors: boolean;
  readonly onTime: () => void;
  readonly onWrap: () => void;
  readonly onFull: () => void;
  readonly onError: (by: 1 | -1) => void;
  readonly children: ReactNode;
}

/** Small, so that all of them stand in one line. */
const quiet = 'text-xs px-1.5!';

export function LogToolbar(props: LogToolbarProps) {
  const { buildId, attempt, lines, time, wrap, full, hasErrors, onTime, onWrap, onFull, onError, children } = props;
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-x-1 gap-y-1 border-b border-line px-3 py-1 text-xs text-text-2">
      <span className="mr-2 min-w-22 tabular-nums">
        {lines.toLocaleString('en')} {lines === 1 ? 'line' : 'lines'}
      </span>
      <span className="flex-1" />
      {children}
      {hasErrors && (
        <>
          <Button look="quiet" shortcut="e" aria-label="Next error" className={quiet} onClick={() => onError(1)}>
            Next error
          </Button>
          <button
            type="button"
            data-key="E"
            aria-label="Previous error"
            className="sr-only"
            onClick={() => onError(-1)}
          >
            Previous error
          </button>
        </>
      )}
      <Button
        look="quiet"
        shortcut="t"
        aria-label={`Times: ${timeModeWords[time]}`}
        title={`Times: ${timeModeWords[time]}`}
        className={`${quiet} max-sm:hidden`}
        onClick={onTime}
      >
        Times
      </Button>
      <Button
        look="quiet"
        shortcut="w"
        aria-pressed={wrap}
        aria-label="Wrap long lines"
        title="Wrap long lines"
        className={classes(quiet, wrap && 'bg-accent-bg text-accent!')}
        onClick={onWrap}
      >
        Wrap
      </Button>
      <Button look="quiet" shortcut="f" aria-pressed={full} aria-label="Full screen" className={quiet} onClick={onFull}>
        {full ? 'Smaller' : 'Full screen'}
      </Button>
      <a href={logDownload(buildId, attempt, 'text')} download data-key="D" className={buttonClass('quiet', quiet)}>
        Download<Key>D</Key>
      </a>
      <a href={logDownload(buildId, attempt, 'jsonl')} download className={buttonClass('quiet', quiet)}>
        JSON lines
      </a>
    </div>
  );
}
