import type { FeedState } from '../model/log-feed';

/** How the lines arrive, when that is worth saying. */
export function FeedNote({ state }: { state: FeedState }) {
  switch (state.kind) {
    case 'loading':
      return <span>reading</span>;
    case 'live':
      return (
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden className="size-[7px] rounded-full bg-good" />
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
