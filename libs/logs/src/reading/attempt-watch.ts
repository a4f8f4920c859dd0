import { FrameBudget } from '../limits/frame-bounds.js';
import type { ChunkStore, LiveBus, LogTail } from '../ports.js';
import { Wake } from '../wake.js';
import { FrameJoiner } from './frame-joiner.js';
import { frameOf, type LogFrame } from './log-frame.js';
import { readFrames } from './read-frames.js';
import { RecentFrames } from './recent-frames.js';

/** After news the archive is asked again when a chunk's age has passed, then more and more rarely. */
const firstPollMs = 300;
const longestPollMs = 2_000;
/** It is asked at most so often, whatever the bus says. */
const mostAsksInSecond = 20;
/** What one viewer may hold while it waits. */
const readBytes = 131_072;

export interface WatchOptions {
  readonly store: ChunkStore;
  readonly bus: LiveBus;
  /** Live frames that are kept for the viewers of one attempt. */
  readonly recentBytes: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Everything that the viewers of one attempt share: one subscription, the newest frames, what is known of the archive's
 * end. The bus may lose the last frame of all, so the archive is also asked from time to time.
 */
export class AttemptWatch {
  readonly recent: RecentFrames;
  private known: LogTail | undefined;
  private readonly news = new Wake();
  private readonly live = new FrameJoiner((frame) => {
    if (this.recent.add(frame)) this.news.wake();
  });
  private readonly budget = new FrameBudget();
  private readonly reads = new Map<number, Promise<LogFrame[]>>();
  private readonly unsubscribe: () => void;
  private timer: NodeJS.Timeout | undefined;
  private asking = false;
  private asks = 0;
  private asksEndMs = 0;
  private askAgain = false;
  private stopped = false;

  constructor(
    private readonly attemptId: string,
    private readonly options: WatchOptions,
  ) {
    this.recent = new RecentFrames(options.recentBytes);
    this.unsubscribe = options.bus.subscribe(attemptId, (frame) => this.take(frame));
    this.ask(firstPollMs);
  }

  /** The end of the archive as last seen; it may be further by now. */
  get tail(): LogTail | undefined {
    return this.known;
  }

  /** Resolves when there is anything new, after `timeoutMs`, or when the signal is aborted. */
  changed(signal: AbortSignal, timeoutMs?: number): Promise<void> {
    return this.news.wait(timeoutMs, signal);
  }

  /** Frames of the archive from `fromN` on; none when it cannot be reached. Viewers at the same place share one read. */
  read(fromN: number): Promise<LogFrame[]> {
    const running = this.reads.get(fromN);
    if (running !== undefined) return running;
    const read = readFrames(this.options.store, this.attemptId, fromN, readBytes)
      .catch((error: unknown): LogFrame[] => {
        this.options.onError(error);
        return [];
      })
      .finally(() => this.reads.delete(fromN));
    this.reads.set(fromN, read);
    return read;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.live.stop();
    this.unsubscribe();
  }

  private take(bytes: Uint8Array): void {
    if (this.stopped) return;
    const frame = this.budget.take(bytes) ? readFrame(bytes) : undefined;
    if (frame === undefined) this.ask(firstPollMs);
    else this.live.take(frame);
  }

  /** Asks the archive where it ends, now and again after `nextMs`. */
  private ask(nextMs: number): void {
    if (this.asking) {
      this.askAgain = true;
      return;
    }
    clearTimeout(this.timer);
    const waitMs = this.untilNextAsk();
    if (waitMs > 0) {
      this.timer = setTimeout(() => this.ask(nextMs), waitMs);
      return;
    }
    this.asking = true;
    this.asks++;
    void this.askTail().then(() => this.schedule(nextMs));
  }

  /** 0 when the archive may be asked now. */
  private untilNextAsk(): number {
    const nowMs = performance.now();
    if (nowMs >= this.asksEndMs) {
      this.asksEndMs = nowMs + 1_000;
      this.asks = 0;
    }
    return this.asks < mostAsksInSecond ? 0 : this.asksEndMs - nowMs;
  }

  private async askTail(): Promise<void> {
    try {
      const before = this.known;
      this.known = await this.options.store.tail(this.attemptId);
      if (before?.nextN === this.known.nextN && before.complete === this.known.complete) return;
      // What is stored came over the bus before: nobody has to read it again.
      this.live.flush();
      this.news.wake();
    } catch (error) {
      this.options.onError(error);
    }
  }

  private schedule(nextMs: number): void {
    this.asking = false;
    if (this.stopped) return;
    const isNews = this.askAgain;
    this.askAgain = false;
    if (isNews) this.ask(firstPollMs);
    else this.timer = setTimeout(() => this.ask(Math.min(nextMs * 2, longestPollMs)), nextMs);
  }
}

/** A copy, for the bus may hand out a part of a much larger buffer. Nothing for an empty or a broken frame: the archive has the rest. */
function readFrame(bytes: Uint8Array): LogFrame | undefined {
  try {
    return frameOf(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}
