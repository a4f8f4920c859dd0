import { decodeLogEntries, type LogEntry } from '@cooperage/domain/predicates';
import type { IndexedRun } from './log-document';

/** One answer of `GET /builds/{id}/log/entries`. */
export interface LogRange {
  readonly bytes: Uint8Array;
  /** Cursor of what follows. */
  readonly next: number;
  /** The attempt prints no more, and this range holds its last entry. */
  readonly complete: boolean;
  /** More was stored already when this was read. */
  readonly more: boolean;
}

export interface LiveLogHandlers {
  frames(nextN: number, frames: Uint8Array): void;
  lagging(): void;
  complete(nextN: number): void;
}

/** Where a feed gets its entries from. */
export interface LogPorts {
  /** @throws {Error} with a sentence for a person when the range cannot be had now. */
  fetchRange(from: number, signal: AbortSignal, limitBytes?: number): Promise<LogRange>;
  /** Where the lines are of what is stored. @throws {Error} as `fetchRange` */
  fetchIndex(signal: AbortSignal): Promise<readonly IndexedRun[]>;
  /** Asks for frames from a cursor on. False when there is no socket, or it refused. */
  subscribe(from: number): Promise<boolean>;
  listen(handlers: LiveLogHandlers): () => void;
  /** Calls back with null when the socket is there, else with the reason why it is not. */
  watchConnection(listener: (reason: string | null) => void): () => void;
}

export type FeedState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'live' }
  | { readonly kind: 'catching_up' }
  | { readonly kind: 'polling'; readonly reason: string }
  | { readonly kind: 'complete' };

const pollMs = 1000;

/**
 * Brings one attempt's log to the page: stored ranges by HTTP, then frames by socket, each entry once and in order. The
 * cursor is the next sequence number; a frame beyond it is a gap, which is filled by HTTP. Without a socket it polls.
 */
export class LogFeed {
  private state: FeedState = { kind: 'loading' };
  private indexed = false;
  private connectionReason: string | null = 'the socket is not there yet';
  private reading = false;
  private readAgain = false;
  private pollTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly abort = new AbortController();
  private readonly cleanups: (() => void)[] = [];

  private cursor = 0;

  /** @param onIndex gets where the lines are of what is stored, and says which entry it wants first */
  constructor(
    private readonly ports: LogPorts,
    private readonly onIndex: (runs: readonly IndexedRun[]) => number,
    private readonly onEntries: (entries: readonly LogEntry[]) => void,
    private readonly onState: (state: FeedState) => void,
  ) {}

  start(): void {
    this.cleanups.push(
      this.ports.listen({
        frames: (nextN, frames) => this.takeFrames(nextN, frames),
        lagging: () => this.catchUp(),
        complete: (nextN) => (nextN <= this.cursor ? this.finish() : this.catchUp()),
      }),
      this.ports.watchConnection((reason) => this.connectionChanged(reason)),
    );
    void this.read();
  }

  stop(): void {
    this.abort.abort();
    clearTimeout(this.pollTimer);
    for (const cleanup of this.cleanups) cleanup();
  }

  /** Reads by HTTP what is stored now, then waits for frames or for the next poll. */
  private async read(): Promise<void> {
    if (this.reading || this.isOver()) {
      this.readAgain = true;
      return;
    }
    this.reading = true;
    this.readAgain = false;
    clearTimeout(this.pollTimer);
    const reason = await this.readRanges();
    this.reading = false;
    if (this.isOver()) return;
    if (this.readAgain) void this.read();
    else await this.waitForMore(reason);
  }

  /** @returns why reading stopped early, or null when everything was read that was there. */
  private async readRanges(): Promise<string | null> {
    try {
      await this.begin();
      for (;;) {
        const range = await this.ports.fetchRange(this.cursor, this.abort.signal);
        if (this.abort.signal.aborted) return null;
        this.take(decodeLogEntries(range.bytes));
        this.cursor = Math.max(this.cursor, range.next);
        // The last range of a log that has ended says so; there is no need to ask for one behind it.
        if (range.complete) this.finish();
        // What was stored since comes by socket: a log that grows while it is read would never be read to its end.
        if (!range.more) return null;
      }
    } catch (error) {
      return error instanceof Error ? error.message : 'the log could not be read';
    }
  }

  private async begin(): Promise<void> {
    if (this.indexed) return;
    const runs = await this.ports.fetchIndex(this.abort.signal);
    if (this.abort.signal.aborted) return;
    this.cursor = this.onIndex(runs);
    this.indexed = true;
  }

  private async waitForMore(failure: string | null): Promise<void> {
    if (failure === null && this.connectionReason === null && (await this.ports.subscribe(this.cursor))) {
      if (!this.isOver()) this.change({ kind: 'live' });
      return;
    }
    if (this.isOver()) return;
    const reason = failure ?? this.connectionReason ?? 'the live service refused the subscription';
    this.change({ kind: 'polling', reason });
    this.pollTimer = setTimeout(() => void this.read(), pollMs);
  }

  private takeFrames(nextN: number, frames: Uint8Array): void {
    if (this.isOver() || this.reading || !this.indexed) return;
    const entries = decodeLogEntries(frames);
    const first = entries[0];
    if (first && first.n > this.cursor) {
      this.catchUp();
      return;
    }
    this.take(entries);
    this.cursor = Math.max(this.cursor, nextN);
    if (this.state.kind !== 'live') this.change({ kind: 'live' });
  }

  /** Hands on what is new of `entries`; what was seen before is passed over. */
  private take(entries: readonly LogEntry[]): void {
    const fresh = entries.filter((entry) => entry.n >= this.cursor);
    const last = fresh.at(-1);
    if (!last) return;
    this.cursor = last.n + 1;
    this.onEntries(fresh);
  }

  private catchUp(): void {
    if (this.isOver()) return;
    this.change({ kind: 'catching_up' });
    void this.read();
  }

  private connectionChanged(reason: string | null): void {
    const came = reason === null && this.connectionReason !== null;
    this.connectionReason = reason;
    if (this.isOver() || this.state.kind === 'loading') return;
    // After an outage the gap is read first; after a loss polling begins at once.
    if (came || (reason !== null && this.state.kind === 'live')) void this.read();
  }

  private finish(): void {
    clearTimeout(this.pollTimer);
    this.change({ kind: 'complete' });
  }

  private isOver(): boolean {
    return this.state.kind === 'complete' || this.abort.signal.aborted;
  }

  private change(state: FeedState): void {
    this.state = state;
    if (!this.abort.signal.aborted) this.onState(state);
  }
}
