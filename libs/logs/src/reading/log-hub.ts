import type { ChunkStore, LiveBus } from '../ports.js';
import { AttemptWatch, type WatchOptions } from './attempt-watch.js';
import { type LogEvent, ViewerFeed, type ViewerSeat } from './viewer-feed.js';

export interface LogHubOptions {
  readonly store: ChunkStore;
  readonly bus: LiveBus;
  /** The archive could not be reached; it is asked again by itself. */
  readonly onError?: (error: unknown) => void;
  /** Live frames kept for the viewers of one attempt; 1 MiB when missing. */
  readonly recentBytes?: number;
  /** How long an attempt is watched after its last viewer left, so that coming back is cheap; 5 s when missing. */
  readonly lingerMs?: number;
}

/** Entries that may be under way between a writer and the archive: far more than a writer holds back. */
const mostUnstored = 1_000_000;

interface Watched {
  readonly watch: AttemptWatch;
  viewers: number;
  leaving?: NodeJS.Timeout;
}

/** Serves many viewers of many logs: what viewers of one attempt can share is shared. */
export class LogHub {
  private readonly watched = new Map<string, Watched>();
  private readonly watchOptions: WatchOptions;
  private readonly lingerMs: number;

  constructor({ store, bus, onError = () => {}, recentBytes = 1_048_576, lingerMs = 5_000 }: LogHubOptions) {
    this.watchOptions = { store, bus, onError, recentBytes };
    this.lingerMs = lingerMs;
  }

  /** Attempts with an open subscription. */
  get attempts(): number {
    return this.watched.size;
  }

  /**
   * Every entry from `fromN` on once and in order, first from the archive, then live; ends when the log is complete or
   * the signal is aborted. Takes the next frame only when it is asked for one: ask when the viewer can take it.
   */
  follow(attemptId: string, fromN: number, signal: AbortSignal): AsyncGenerator<LogEvent> {
    let watched: Watched;
    const seat: ViewerSeat = {
      take: () => {
        watched = this.enter(attemptId);
        return watched.watch;
      },
      leave: () => this.leave(attemptId, watched),
    };
    return new ViewerFeed(seat, fromN, signal).events();
  }

  /**
   * Whether a log has entries from `fromN` on, or can get them. A log that goes on may be ahead of the archive by what its
   * writer has not stored yet, which `mostUnstored` bounds.
   */
  async canFollow(attemptId: string, fromN: number): Promise<boolean> {
    const { nextN, complete } = await this.watchOptions.store.tail(attemptId);
    return fromN <= nextN + (complete ? 0 : mostUnstored);
  }

  /** Ends all subscriptions. Viewers get nothing new afterwards; abort them. */
  close(): void {
    for (const [attemptId, watched] of this.watched) this.drop(attemptId, watched);
  }

  private enter(attemptId: string): Watched {
    const watched = this.watched.get(attemptId) ?? {
      watch: new AttemptWatch(attemptId, this.watchOptions),
      viewers: 0,
    };
    this.watched.set(attemptId, watched);
    clearTimeout(watched.leaving);
    watched.viewers++;
    return watched;
  }

  private leave(attemptId: string, watched: Watched): void {
    watched.viewers--;
    if (watched.viewers > 0) return;
    if (this.lingerMs === 0) this.drop(attemptId, watched);
    else watched.leaving = setTimeout(() => this.drop(attemptId, watched), this.lingerMs).unref();
  }

  private drop(attemptId: string, watched: Watched): void {
    clearTimeout(watched.leaving);
    watched.watch.stop();
    if (this.watched.get(attemptId) === watched) this.watched.delete(attemptId);
  }
}
