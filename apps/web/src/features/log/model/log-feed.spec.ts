import { encodeLogEntries, type LogEntry } from '@cooperage/domain/predicates';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { IndexedRun } from './log-document';
import { type FeedState, type LiveLogHandlers, LogFeed, type LogPorts } from './log-feed';

const entry = (n: number, size = 1): LogEntry => ({
  n,
  atMs: n,
  kind: 'text',
  step: 1,
  stream: 1,
  data: new Uint8Array(size),
});

/** A log on a server: `stored` is what HTTP gives, at most two entries an answer. */
class FakeServer implements LogPorts {
  stored: LogEntry[] = [];
  complete = false;
  failure: string | null = null;
  subscriptions: number[] = [];
  handlers!: LiveLogHandlers;
  connection!: (reason: string | null) => void;

  runs: IndexedRun[] = [];
  /** What goes on while an answer is on its way. */
  answering = async (): Promise<void> => undefined;
  fetchIndex = async () => this.runs;

  async fetchRange(from: number) {
    if (this.failure) throw new Error(this.failure);
    const page = this.stored.filter((each) => each.n >= from).slice(0, 2);
    const next = (page.at(-1)?.n ?? from - 1) + 1;
    const more = next < this.stored.length;
    await this.answering();
    return { bytes: encodeLogEntries(page), next, complete: this.complete && !more, more };
  }
  subscribe = async (from: number): Promise<boolean> => {
    this.subscriptions.push(from);
    return true;
  };
  listen = (handlers: LiveLogHandlers) => {
    this.handlers = handlers;
    return () => undefined;
  };
  watchConnection = (listener: (reason: string | null) => void) => {
    this.connection = listener;
    return () => undefined;
  };
  send(...entries: LogEntry[]): void {
    this.handlers.frames(entries.at(-1)!.n + 1, encodeLogEntries(entries));
  }
}

describe('LogFeed', () => {
  let server: FakeServer;
  let seen: number[];
  let states: FeedState[];
  let feed: LogFeed;
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const state = () => states.at(-1)?.kind;

  beforeEach(() => {
    vi.useFakeTimers();
    server = new FakeServer();
    seen = [];
    states = [];
    feed = new LogFeed(
      server,
      (runs) => runs.at(-1)?.firstN ?? 0,
      (entries) => seen.push(...entries.map((each) => each.n)),
      (each) => states.push(each),
    );
  });
  afterEach(() => {
    feed.stop();
    vi.useRealTimers();
  });

  async function startLive(count: number): Promise<void> {
    server.stored = Array.from({ length: count }, (_, n) => entry(n));
    feed.start();
    server.connection(null);
    await settle();
  }

  it('reads a finished log whole and ends', async () => {
    server.complete = true;
    await startLive(5);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(state()).toBe('complete');
    expect(server.subscriptions).toEqual([]);
  });

  it('begins where the index ends, however long the log is', async () => {
    server.runs = [
      { firstN: 0, nextN: 3, deltas: [] },
      { firstN: 3, nextN: 5, deltas: [] },
    ];
    server.complete = true;
    await startLive(5);
    expect(seen).toEqual([3, 4]);
    expect(state()).toBe('complete');
  });

  it('goes on by socket from where HTTP ended, and takes nothing twice', async () => {
    await startLive(3);
    expect(server.subscriptions).toEqual([3]);
    server.send(entry(2), entry(3));
    server.send(entry(3), entry(4));
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(state()).toBe('live');
  });

  it('goes live, however much is printed while an answer is on its way', async () => {
    // So much and no more, for a feed that never ends to read to fail here and not to hang.
    server.answering = async () => {
      if (server.stored.length < 50) server.stored.push(entry(server.stored.length));
    };
    await startLive(3);
    expect(server.subscriptions).toEqual([4]);
    expect(state()).toBe('live');
  });

  it('fills a gap by HTTP', async () => {
    await startLive(1);
    server.stored = [0, 1, 2, 3].map((n) => entry(n));
    server.send(entry(3));
    await settle();
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(states.map((each) => each.kind)).toContain('catching_up');
    expect(server.subscriptions).toEqual([1, 4]);
  });

  it('reads from the archive when it lags behind', async () => {
    await startLive(1);
    server.stored = [0, 1, 2].map((n) => entry(n));
    server.handlers.lagging();
    await settle();
    expect(seen).toEqual([0, 1, 2]);
  });

  it('reads what is missing before it believes that the log is complete', async () => {
    await startLive(1);
    server.stored = [0, 1, 2].map((n) => entry(n));
    server.complete = true;
    server.handlers.complete(3);
    await settle();
    expect(seen).toEqual([0, 1, 2]);
    expect(state()).toBe('complete');
  });

  it('polls with the reason while the socket is away, and goes live when it comes', async () => {
    server.stored = [entry(0)];
    feed.start();
    server.connection('blocked');
    await settle();
    expect(states.at(-1)).toEqual({ kind: 'polling', reason: 'blocked' });
    server.stored.push(entry(1));
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).toEqual([0, 1]);
    server.stored.push(entry(2));
    server.connection(null);
    await settle();
    expect(seen).toEqual([0, 1, 2]);
    expect(state()).toBe('live');
  });

  it('resumes after the connection was cut, without a gap', async () => {
    await startLive(1);
    server.stored = [0, 1, 2].map((n) => entry(n));
    server.connection('cut');
    await settle();
    expect(seen).toEqual([0, 1, 2]);
    expect(state()).toBe('polling');
  });

  it('keeps what it has when the API fails, says so and tries again', async () => {
    await startLive(1);
    server.failure = 'the service did not answer';
    server.handlers.lagging();
    await settle();
    expect(states.at(-1)).toEqual({ kind: 'polling', reason: 'the service did not answer' });
    server.failure = null;
    server.stored.push(entry(1));
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).toEqual([0, 1]);
  });

  it('says nothing after it was stopped', async () => {
    await startLive(1);
    feed.stop();
    const before = states.length;
    server.send(entry(1));
    await vi.advanceTimersByTimeAsync(5000);
    expect(states).toHaveLength(before);
    expect(seen).toEqual([0]);
  });
});
