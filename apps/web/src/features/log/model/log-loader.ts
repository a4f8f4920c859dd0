import { decodeLogEntries, type LogEntry } from '@cooperage/domain/predicates';
import type { LogDocument } from './log-document';
import type { LogRange } from './log-feed';

type FetchRange = (from: number, signal: AbortSignal, limitBytes?: number) => Promise<LogRange>;

/** Most bytes of one answer; a segment rarely has more. */
const answerBytes = 98_304;
const mostAtOnce = 2;
const retryMs = 1_000;

/**
 * Fetches the segments that the reader looks at, the newest wish first: what was scrolled past before it could be fetched
 * is not fetched at all.
 */
export class LogLoader {
  private wanted: readonly number[] = [];
  private readonly running = new Map<number, Promise<void>>();
  private readonly abort = new AbortController();

  constructor(
    private readonly log: LogDocument,
    private readonly fetchRange: FetchRange,
    private readonly onLoaded: () => void,
  ) {}

  /** Replaces what was wanted before. */
  want(segments: readonly number[]): void {
    this.wanted = segments;
    while (this.running.size < mostAtOnce) {
      const next = this.wanted.find((segment) => !this.running.has(segment));
      if (next === undefined) return;
      void this.start(next);
    }
  }

  /** All of these, for whoever needs more than is seen. @throws {Error} when one cannot be had now */
  async load(segments: readonly number[]): Promise<void> {
    for (const segment of segments) await (this.running.get(segment) ?? this.fetch(segment));
  }

  stop(): void {
    this.wanted = [];
    this.abort.abort();
  }

  private async start(segment: number): Promise<void> {
    const run = this.fetch(segment);
    this.running.set(segment, run);
    const failed = await run.then(
      () => false,
      () => true,
    );
    if (failed && !this.abort.signal.aborted) await new Promise((resolve) => setTimeout(resolve, retryMs));
    this.running.delete(segment);
    if (this.abort.signal.aborted) return;
    this.onLoaded();
    this.want(failed ? this.wanted : this.wanted.filter((each) => each !== segment));
  }

  private async fetch(segment: number): Promise<void> {
    const { from, to } = this.log.entriesOf(segment);
    const entries: LogEntry[] = [];
    for (let n = from; n < to; ) {
      const range = await this.fetchRange(n, this.abort.signal, answerBytes);
      entries.push(...decodeLogEntries(range.bytes).filter((entry) => entry.n < to));
      if (range.next <= n) break;
      n = range.next;
    }
    this.log.put(segment, entries);
  }
}
