'use client';

import { Elapsed } from '@/components/ui/elapsed';
import { classes } from '@/lib/classes';
import type { LiveState } from '@/lib/live/live-connection';
import { useLiveState } from '@/lib/live/tab-connection';
import { useLag } from '@/lib/live/tab-lag';

/**
 * How data reaches this page now: live, live but behind, or by asking again and again. Its place is of one
 * width, where nothing is live too, so that what stands beside it stays. A phone has room for the mark alone: each has its own shape.
 */
export function LiveDot() {
  const state = useLiveState();
  const lagSinceMs = useLag();
  const behind = state.kind === 'live' && lagSinceMs !== null;
  const look = behind ? 'behind' : state.kind;
  return (
    <span className="inline-flex w-3.5 items-center gap-1.5 overflow-hidden whitespace-nowrap sm:w-28 lg:w-44">
      {look !== 'off' && <LiveMark look={look} />}
      <span role="status" className="sr-only sm:not-sr-only">
        <span className={classes(behind && 'lg:sr-only')}>{words[look]}</span>
        {state.kind === 'polling' && <span className="sr-only lg:hidden"> {state.reason}</span>}
      </span>
      {behind && (
        <span aria-hidden className="hidden text-text-3 lg:inline">
          <Elapsed since={new Date(lagSinceMs).toISOString()} /> behind
        </span>
      )}
      {state.kind === 'polling' && (
        <span className="hidden min-w-0 truncate text-text-3 lg:inline" title={state.reason}>
          {state.reason}
        </span>
      )}
    </span>
  );
}

type Look = LiveState['kind'] | 'behind';

/** Full: live. Half: not yet, or late. Hollow: no socket. */
function LiveMark({ look }: { look: Exclude<Look, 'off'> }) {
  return (
    <svg aria-hidden viewBox="0 0 10 10" className={classes('size-2.5 shrink-0', colours[look])}>
      <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.6" />
      {look === 'live' && <circle cx="5" cy="5" r="3.6" fill="currentColor" />}
      {(look === 'behind' || look === 'connecting') && <path d="M5 1.4a3.6 3.6 0 0 1 0 7.2z" fill="currentColor" />}
    </svg>
  );
}

const words: Readonly<Record<Look, string>> = {
  off: '',
  connecting: 'connecting',
  live: 'live',
  behind: 'catching up',
  polling: 'polling',
};
const colours: Readonly<Record<Exclude<Look, 'off'>, string>> = {
  connecting: 'text-wait',
  live: 'text-good',
  behind: 'text-wait',
  polling: 'text-text-3',
};
