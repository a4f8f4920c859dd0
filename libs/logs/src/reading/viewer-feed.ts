import type { AttemptWatch } from './attempt-watch.js';
import { frameFrom, type LogFrame } from './log-frame.js';

export type LogEvent =
  /** Entries, encoded. `firstN` is the last event's `nextN`, or above it behind a hole that a lost worker left. */
  | ({ readonly kind: 'frame' } & LogFrame)
  /** This viewer reads slower than the build prints; what comes next is read from the archive. */
  | { readonly kind: 'lagging' }
  /** The log has ended; the last event. */
  | { readonly kind: 'complete'; readonly nextN: number };

const firstRetryMs = 25;
const longestRetryMs = 250;

/**
 * One viewer's way through a log: every entry once, in order, from `fromN` on. It takes live frames where it can and
 * reads the archive where frames are missing. Nothing is buffered for it: a slow viewer falls out of the recent frames
 * and catches up from the archive.
 */
export class ViewerFeed {
  private readonly watch: AttemptWatch;
  private readonly signal: AbortSignal;
  private cursor: number;
  private retryMs = firstRetryMs;
  private isLive = false;

  constructor(watch: AttemptWatch, fromN: number, signal: AbortSignal) {
    this.watch = watch;
    this.cursor = fromN;
    this.signal = signal;
  }

  async *events(): AsyncGenerator<LogEvent> {
    while (!this.signal.aborted) {
      const recent = this.watch.recent.holding(this.cursor);
      if (this.isComplete()) return yield { kind: 'complete', nextN: this.cursor };
      if (recent !== undefined) {
        this.isLive = true;
        yield* this.pass(recent);
      } else if (this.isBehind()) {
        if (this.fallsBack()) yield { kind: 'lagging' };
        yield* this.catchUp();
      } else await this.watch.changed(this.signal);
    }
  }

  private *pass(frame: LogFrame): Generator<LogEvent> {
    const rest = frameFrom(frame, this.cursor);
    if (rest === undefined) return;
    this.cursor = rest.nextN;
    yield { kind: 'frame', ...rest };
  }

  private isBehind(): boolean {
    return Math.max(this.watch.recent.nextN, this.watch.tail?.nextN ?? 0) > this.cursor;
  }

  /** Live frames behind the end of a complete log are those of a fenced worker: they were never stored. */
  private isComplete(): boolean {
    const { tail } = this.watch;
    return tail?.complete === true && this.cursor >= tail.nextN;
  }

  private fallsBack(): boolean {
    const fell = this.isLive && this.cursor < this.watch.recent.evictedN;
    if (fell) this.isLive = false;
    return fell;
  }

  private async *catchUp(): AsyncGenerator<LogEvent> {
    const frames = await this.watch.read(this.cursor);
    for (const frame of frames) {
      if (this.signal.aborted) return;
      yield* this.pass(frame);
    }
    this.retryMs = frames.length > 0 ? firstRetryMs : Math.min(this.retryMs * 2, longestRetryMs);
    // A live frame is ahead of the archive: what is missing before it will be stored soon, or come late over the bus.
    if (frames.length === 0) await this.watch.changed(this.signal, this.retryMs);
  }
}
