import type { AppendOutcome, ChunkStore } from '../ports.js';
import { LineTrigrams } from '../searching/line-trigrams.js';
import { Wake } from '../wake.js';
import { type LogPosition, packChunk, positionAfter } from './chunk-packer.js';
import type { LogBatch } from './log-batch.js';
import { Persistence } from './persistence.js';
import type { LogClock } from './sequencer.js';

/** A chunk is stored when it is this old or this large, whichever comes first: what a killed builder can lose of most logs. */
export const chunkAgeMs = 250;
export const chunkBytes = 65_536;

/**
 * After each so many chunks of a writer the age doubles, up to the longest: an engine that sends a few bytes at a time for a day would make 345,600
 * of them otherwise, and a reader of a log looks at all. So they are 34,000, beside the full ones.
 */
const mostEarly = 4_096;
const longestAgeMs = 4_000;

/** What a waiting batch costs beside its bytes; many small ones must not pass for nothing. */
const batchOverheadBytes = 256;

/** How a writer's part of the log ended; `abandoned`: it was given up before everything was stored. */
export type WriteOutcome = AppendOutcome | 'abandoned';

export interface ArchiveWriterOptions {
  readonly attemptId: string;
  readonly epoch: number;
  readonly store: ChunkStore;
  readonly clock: LogClock;
  readonly position: LogPosition;
  /** Memory that may wait for the store before `room` makes the build wait. */
  readonly pendingBytes: number;
  /** Chunks after which the age of a chunk doubles. */
  readonly earlyChunks?: number;
  readonly onFenced: () => void;
  readonly onError: (error: unknown) => void;
}

/** Brings batches into the archive: in order, one chunk at a time, with bounded memory. */
export class ArchiveWriter {
  private queue: LogBatch[] = [];
  private queuedBytes = 0;
  private storingBytes = 0;
  private position: LogPosition;
  private end: WriteOutcome | undefined;
  private draining = false;
  private running: Promise<void> | undefined;
  private chunkCount = 0;
  private readonly trigrams: LineTrigrams | null;
  private readonly ripened = new Wake();
  private readonly stored = new Wake();
  private readonly persistence: Persistence;

  constructor(private readonly options: ArchiveWriterOptions) {
    this.position = options.position;
    this.trigrams = options.position.nextN === 0 ? new LineTrigrams() : null;
    this.persistence = new Persistence(options.onError);
  }

  get ended(): boolean {
    return this.end !== undefined;
  }

  /** Memory that waits for the store. */
  get pendingBytes(): number {
    return this.queuedBytes + this.storingBytes + this.queue.length * batchOverheadBytes;
  }

  get chunks(): number {
    return this.chunkCount;
  }

  get failures(): number {
    return this.persistence.failures;
  }

  add(batch: LogBatch): void {
    if (this.ended) return;
    this.queue.push(batch);
    this.queuedBytes += batch.bytes.length;
    if (this.queuedBytes >= chunkBytes) this.ripened.wake();
    this.running ??= this.run();
  }

  /** Resolves when less than the allowed memory waits for the store, or when there is nothing to wait for any more. */
  async room(): Promise<void> {
    while (!this.ended && this.pendingBytes >= this.options.pendingBytes) await this.stored.wait();
  }

  /** Stores what is there without waiting for more, then seals the log unless `keepOpen`. */
  async finish(keepOpen: boolean): Promise<WriteOutcome> {
    this.draining = true;
    this.ripened.wake();
    await this.running;
    if (this.end !== undefined) return this.end;
    if (keepOpen) return 'stored';
    const { store, attemptId, epoch } = this.options;
    const outcome = await this.persistence.until(() => store.seal(attemptId, epoch));
    if (outcome !== 'stored') this.stop(outcome ?? 'abandoned');
    return this.end ?? 'stored';
  }

  /** Gives up at once what is not stored. */
  abandon(): void {
    this.stop('abandoned');
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) {
      await this.ripe();
      if (this.ended) break;
      await this.storeNext();
    }
    this.running = undefined;
  }

  private async ripe(): Promise<void> {
    while (!this.ended && !this.draining && this.queuedBytes < chunkBytes) {
      const ageMs = this.ageMs;
      const waitMs = Math.min(ageMs, this.queue[0]!.firstAtMs + ageMs - this.options.clock());
      if (waitMs <= 0) return;
      await this.ripened.wait(waitMs);
    }
  }

  private get ageMs(): number {
    const doublings = Math.floor(this.chunkCount / (this.options.earlyChunks ?? mostEarly));
    return Math.min(longestAgeMs, chunkAgeMs * 2 ** doublings);
  }

  private async storeNext(): Promise<void> {
    const chunk = await packChunk(this.options, this.position, this.take(), this.trigrams);
    const outcome = await this.persistence.until(() => this.options.store.append(chunk));
    this.storingBytes = 0;
    if (outcome !== 'stored') return this.stop(outcome ?? 'abandoned');
    this.position = positionAfter(chunk);
    this.chunkCount++;
    this.stored.wake();
  }

  /** At least one batch, and as many as one chunk holds. */
  private take(): [LogBatch, ...LogBatch[]] {
    const taken = this.fitting();
    this.queue = this.queue.slice(taken.length);
    this.storingBytes = taken.reduce((sum, batch) => sum + batch.bytes.length, 0);
    this.queuedBytes -= this.storingBytes;
    return taken;
  }

  private fitting(): [LogBatch, ...LogBatch[]] {
    const [first, ...others] = this.queue as [LogBatch, ...LogBatch[]];
    const taken: [LogBatch, ...LogBatch[]] = [first];
    let bytes = first.bytes.length;
    for (const batch of others) {
      bytes += batch.bytes.length;
      if (bytes > chunkBytes) break;
      taken.push(batch);
    }
    return taken;
  }

  private stop(end: WriteOutcome): void {
    if (this.ended) return;
    this.end = end;
    this.queue = [];
    this.queuedBytes = 0;
    this.persistence.stop();
    this.ripened.wake();
    this.stored.wake();
    if (end === 'fenced') this.options.onFenced();
  }
}
