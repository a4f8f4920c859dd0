import type { AttemptWatch } from './attempt-watch.js';
import { frameFrom, type LogFrame } from './log-frame.js';

export type LogEvent =
  /** Entries, encoded. `firstN` is the last event's `nextN`, or above it behind a hole that a lost worker left. */
  | ({ readonly kind: 'frame' } & LogFrame)
  /** This viewer reads slower than the build prints; what comes next is read from the archive. */
  | { readonly kind: 'lagging' }
  /** The log has ended; the last event. */
  | { readonly kind: 'complete'; readonly nextN: number };

/** A place among the viewers of an attempt, taken for as long as the viewer reads. */
export interface ViewerSeat {
  take(): AttemptWatch;
  leave(): void;
}

const firstRetryMs = 25;
const longestRetryMs = 250;

/**
 * One viewer's way through a log: every entry once, in order, from `fromN` on. It takes live frames where it can and
 * reads the archive where frames are missing. Nothing is buffered for it: a slow viewer falls out of the recent frames
 * and catches up from the archive.
 */
export class ViewerFeed {
  private readonly seat: ViewerSeat;
  private readonly signal: AbortSignal;
  private cursor: number;
  private retryMs = firstRetryMs;
  private isLive = false;

  constructor(seat: ViewerSeat, fromN: number, signal: AbortSignal) {
    this.seat = seat;
    this.cursor = fromN;
    this.signal = signal;
  }

  /** One flat generator: this runs for every frame and every viewer, and delegation costs a turn each time. */
  async *events(): AsyncGenerator<LogEvent> {
    const watch = this.seat.take();
    try {
      while (!this.signal.aborted) {
        if (this.isComplete(watch)) return yield { kind: 'complete', nextN: this.cursor };
        const recent = watch.recent.holding(this.cursor);
        if (recent !== undefined) yield this.live(recent);
        else if (!this.isBehind(watch)) await watch.changed(this.signal);
        else {
          if (this.fallsBack(watch)) yield { kind: 'lagging' };
          for (const frame of await this.stored(watch)) if (!this.signal.aborted) yield this.pass(frame);
        }
      }
    } finally {
      this.seat.leave();
    }
  }

  private live(frame: LogFrame): LogEvent {
    this.isLive = true;
    return this.pass(frameFrom(frame, this.cursor)!);
  }

  private pass(frame: LogFrame): LogEvent {
    this.cursor = frame.nextN;
    return { kind: 'frame', ...frame };
  }

  private isBehind({ recent, tail }: AttemptWatch): boolean {
    return Math.max(recent.nextN, tail?.nextN ?? 0) > this.cursor;
  }

  /** Live frames behind the end of a complete log are those of a fenced worker: they were never stored. */
  private isComplete({ tail }: AttemptWatch): boolean {
    return tail?.complete === true && this.cursor >= tail.nextN;
  }

  private fallsBack({ recent }: AttemptWatch): boolean {
    const fell = this.isLive && this.cursor < recent.evictedN;
    if (fell) this.isLive = false;
    return fell;
  }

  /** What the archive has from the cursor on. When it has nothing, this waits a little or until there is news. */
  private async stored(watch: AttemptWatch): Promise<readonly LogFrame[]> {
    const frames = await watch.read(this.cursor);
    this.retryMs = frames.length > 0 ? firstRetryMs : Math.min(this.retryMs * 2, longestRetryMs);
    // A live frame is ahead of the archive: what is missing before it will be stored soon, or come late over the bus.
    if (frames.length === 0) await watch.changed(this.signal, this.retryMs);
    return frames;
  }
}
