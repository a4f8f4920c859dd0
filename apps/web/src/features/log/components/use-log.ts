'use client';

import { useEffect, useState, useSyncExternalStore } from 'react';
import { type Pace, paced } from '@/lib/live/paced';
import { reportLag } from '@/lib/live/tab-lag';
import { logPorts } from '../api/log-ports';
import { JoinedLog, type LogPart } from '../model/joined-log';
import { LogDocument } from '../model/log-document';
import { type FeedState, LogFeed } from '../model/log-feed';
import { LogLoader } from '../model/log-loader';

export interface LiveLog {
  readonly log: JoinedLog;
  /** Of the last log that goes on. */
  readonly state: FeedState;
  /** Grows with everything that arrived. */
  readonly revision: number;
}

/** A line that comes alone is drawn at once. Where thousands come, an eye follows no faster, and keys want their turn. */
const pace: Pace = { quietMs: 0, atMostEveryMs: 50 };

/** Outside of React's state, because thousands of lines a second come in and only a screen of them is drawn. */
class LogStore {
  readonly log: JoinedLog;
  private readonly parts: readonly LogPart[];
  private readonly feeds: readonly LogFeed[];
  private readonly states: FeedState[];
  private revision = 0;
  private frame: number | null = null;
  private readonly changed = paced(() => this.draw(), pace);
  private readonly listeners = new Set<() => void>();

  /** @param attempts numbers; the last one is shown, and those before it are earlier ones of the same build */
  constructor(buildId: string, attempts: readonly number[]) {
    const logs = attempts.map((attempt, at) => {
      const ports = logPorts(buildId, attempt);
      const log = new LogDocument();
      const loader = new LogLoader(log, ports.fetchRange, () => this.changed());
      const feed = new LogFeed(
        ports,
        (runs) => log.begin(runs),
        (entries) => {
          log.append(entries);
          this.changed();
        },
        (state) => this.take(at, state),
      );
      return { part: { attempt: at === attempts.length - 1 ? null : attempt, log, loader }, feed };
    });
    this.parts = logs.map(({ part }) => part);
    this.feeds = logs.map(({ feed }) => feed);
    this.states = logs.map(() => ({ kind: 'loading' }));
    this.log = new JoinedLog(this.parts);
  }

  get state(): FeedState {
    return this.states.findLast(({ kind }) => kind !== 'complete') ?? { kind: 'complete' };
  }

  start(): void {
    for (const feed of this.feeds) feed.start();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): number => this.revision;

  stop(): void {
    for (const feed of this.feeds) feed.stop();
    for (const { loader } of this.parts) loader.stop();
    this.changed.cancel();
    reportLag(false);
  }

  private take(at: number, state: FeedState): void {
    this.states[at] = state;
    reportLag(this.states.some(({ kind }) => kind === 'catching_up'));
    this.changed();
  }

  /** A hidden tab draws when it is seen again, with nothing missing. */
  private draw(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.revision++;
      for (const listener of this.listeners) listener();
    });
  }
}

export function useLog(buildId: string, attempts: readonly number[]): LiveLog {
  const [store, setStore] = useState(() => new LogStore(buildId, attempts));
  useEffect(() => {
    const fresh = new LogStore(buildId, attempts);
    setStore(fresh);
    fresh.start();
    return () => fresh.stop();
    // A list of the same numbers is the same list.
  }, [buildId, attempts.join()]);
  const revision = useSyncExternalStore(store.subscribe, store.current, () => 0);
  return { log: store.log, state: store.state, revision };
}
