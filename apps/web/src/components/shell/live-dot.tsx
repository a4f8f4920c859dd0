'use client';

import { classes } from '@/lib/classes';
import { useLiveState } from '@/lib/live/tab-connection';

/** How data reaches this page now. Absent on pages that have nothing live. */
export function LiveDot() {
  const state = useLiveState();
  if (state.kind === 'off') return null;
  const polling = state.kind === 'polling';
  const word = state.kind === 'live' ? 'live' : polling ? 'polling' : 'connecting';
  return (
    <span role="status" className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <span
        aria-hidden
        className={classes(
          'size-[7px] rounded-full',
          state.kind === 'live' ? 'bg-good' : polling ? 'bg-text-3' : 'bg-wait',
        )}
      />
      {word}
      {polling && (
        <span className="hidden max-w-72 truncate text-text-3 lg:inline" title={state.reason}>
          {state.reason}
        </span>
      )}
      {polling && <span className="sr-only lg:hidden">{state.reason}</span>}
    </span>
  );
}
