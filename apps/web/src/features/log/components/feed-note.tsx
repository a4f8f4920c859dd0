import type { FeedState } from '../model/log-feed';

/** How the lines arrive, when that is worth saying. */
export function FeedNote({ state }: { state: FeedState }) {
  switch (state.kind) {
    case 'loading':
      return <span>reading</span>;
    case 'live':
      return (
        <span className="inline-flex items-center gap-1.5">
          <svg aria-hidden viewBox="0 0 8 8" className="size-2 fill-good">
            <circle cx="4" cy="4" r="3.5" />
          </svg>
          live
        </span>
      );
    case 'catching_up':
      return <span className="text-wait">catching up from the archive</span>;
    case 'polling':
      return (
        <span role="status" className="text-wait">
          asking every second: {state.reason}
        </span>
      );
    case 'complete':
      return <span>complete</span>;
  }
}
