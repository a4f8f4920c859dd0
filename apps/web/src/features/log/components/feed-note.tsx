import type { FeedState } from '../model/log-feed';

/** How the lines arrive, in a line of its own under the log: the longest reason moves nothing. */
export function FeedNote({ state }: { state: FeedState }) {
  const words = wordsOf(state);
  return (
    <p className="flex h-7 shrink-0 items-center gap-1.5 border-t border-line px-3 text-xs text-text-2">
      {state.kind === 'live' && (
        <svg aria-hidden viewBox="0 0 8 8" className="size-2 shrink-0 fill-good">
          <circle cx="4" cy="4" r="3.5" />
        </svg>
      )}
      <span role="status" title={words} className={late.has(state.kind) ? 'truncate text-wait' : 'truncate'}>
        {words}
      </span>
    </p>
  );
}

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
