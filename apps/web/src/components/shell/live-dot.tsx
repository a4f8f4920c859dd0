'use client';

import { Elapsed } from '@/components/ui/elapsed';
import { classes } from '@/lib/classes';
import type { LiveState } from '@/lib/live/live-connection';
import { useLiveState } from '@/lib/live/tab-connection';
import { useLag } from '@/lib/live/tab-lag';

/** How data reaches this page now: live, live but behind, or by asking again and again. Absent where nothing is live. */
export function LiveDot() {
  const state = useLiveState();
  const lagSinceMs = useLag();
  if (state.kind === 'off') return null;
  const behind = state.kind === 'live' && lagSinceMs !== null;
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <span aria-hidden className={classes('size-[7px] rounded-full', behind ? 'bg-wait' : colours[state.kind])} />
      <span role="status">
        {behind ? 'catching up' : words[state.kind]}
        {state.kind === 'polling' && <span className="sr-only lg:hidden"> {state.reason}</span>}
      </span>
      {behind && (
        <span aria-hidden className="text-text-3">
          <Elapsed since={new Date(lagSinceMs).toISOString()} /> behind
        </span>
      )}
      {state.kind === 'polling' && (
        <span className="hidden max-w-72 truncate text-text-3 lg:inline" title={state.reason}>
          {state.reason}
        </span>
      )}
    </span>
  );
}

const words: Readonly<Record<LiveState['kind'], string>> = {
  off: '',
  connecting: 'connecting',
  live: 'live',
  polling: 'polling',
};
const colours: Readonly<Record<LiveState['kind'], string>> = {
  off: '',
  connecting: 'bg-wait',
  live: 'bg-good',
  polling: 'bg-text-3',
};
