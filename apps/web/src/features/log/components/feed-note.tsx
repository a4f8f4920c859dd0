import { classes } from '@/lib/classes';
import type { FeedState } from '../model/log-feed';

/**
 * How the lines arrive, in a line of its own over the log: the longest reason moves nothing, and the log that grows does not
 * move it.
 */
export function FeedNote({ state }: { state: FeedState }) {
  const words = wordsOf(state);
  return (
    <p data-feed className="flex h-7 shrink-0 items-center gap-1.5 border-b border-line px-3 text-xs text-text-2">
      <svg aria-hidden viewBox="0 0 8 8" className={classes('size-2 shrink-0', dots[state.kind])}>
        <circle cx="4" cy="4" r="3.5" />
      </svg>
      <span role="status" title={words} className={late.has(state.kind) ? 'truncate text-wait' : 'truncate'}>
        {words}
      </span>
    </p>
  );
}

/** The mark has its place whether or not it says anything. */
const dots: Readonly<Record<FeedState['kind'], string>> = {
  loading: 'fill-text-3',
  live: 'fill-good',
  catching_up: 'fill-wait',
  polling: 'fill-wait',
  complete: 'fill-text-3',
};

const late: ReadonlySet<FeedState['kind']> = new Set(['catching_up', 'polling']);

function wordsOf(state: FeedState): string {
  switch (state.kind) {
    case 'loading':
      return 'reading';
    case 'live':
      return 'live';
    case 'catching_up':
      return 'catching up from the archive';
    case 'polling':
      return `asking every second: ${state.reason}`;
    case 'complete':
      return 'complete';
  }
}
