import { LineCounter, type LogEntry } from '@cooperage/domain';
import { type LogBatch, packBatch } from './log-batch.js';
import type { LogClock } from './sequencer.js';

/** An entry holds at most this many bytes. Four such entries with their headers fit into a chunk of 64 KiB. */
export const entryBytes = 16_320;

/** Under load a batch leaves when it is this old, or holds `entryBytes`. */
export const batchAgeMs = 8;

/**
 * Gathers entries for as long as it pays: after a quiet moment an entry leaves at once, in the same turn; after that at
 * most one batch leaves in `batchAgeMs`, or earlier when `entryBytes` are together.
 */
export class Batcher {
  private entries: LogEntry[] = [];
  private dataBytes = 0;
  private lastLeftMs = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private readonly counter = new LineCounter();

  constructor(
    private readonly leave: (batch: LogBatch) => void,
    private readonly clock: LogClock,
  ) {}

  add(entry: LogEntry): void {
    this.entries.push(entry);
    this.dataBytes += entry.data.length;
    const waitMs = Math.min(batchAgeMs, this.lastLeftMs + batchAgeMs - this.clock());
    if (waitMs <= 0 || this.dataBytes >= entryBytes) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), waitMs);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.entries.length === 0) return;
    const batch = packBatch(this.entries, this.counter);
    this.entries = [];
    this.dataBytes = 0;
    this.lastLeftMs = this.clock();
    this.leave(batch);
  }

  /** Forgets what has not left yet. */
  discard(): void {
    this.entries = [];
    this.flush();
  }
}
