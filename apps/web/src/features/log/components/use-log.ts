'use client';

import { useEffect, useState, useSyncExternalStore } from 'react';
import { type Pace, paced } from '@/lib/live/paced';
import { reportLag } from '@/lib/live/tab-lag';
import { logPorts } from '../api/log-ports';
import { LogDocument } from '../model/log-document';
import { type FeedState, LogFeed, type LogPorts } from '../model/log-feed';
import { LogLoader } from '../model/log-loader';

export interface LiveLog {
  readonly log: LogDocument;
  readonly state: FeedState;
  /** Grows with everything that arrived. */
  readonly revision: number;
  readonly loader: LogLoader;
}

/** A line that comes alone is drawn at once. Where thousands come, an eye follows no faster, and keys want their turn. */
const pace: Pace = { quietMs: 0, atMostEveryMs: 50 };

/** Outside of React's state, because thousands of lines a second come in and only a screen of them is drawn. */
class LogStore {
  readonly log = new LogDocument();
  readonly loader: LogLoader;
  readonly feed: LogFeed;
  state: FeedState = { kind: 'loading' };
  private revision = 0;
  private frame: number | null = null;
  private readonly changed = paced(() => this.draw(), pace);
  private readonly listeners = new Set<() => void>();

  constructor(ports: LogPorts) {
    this.loader = new LogLoader(this.log, ports.fetchRange, () => this.changed());
    this.feed = new LogFeed(
      ports,
      (runs) => this.log.begin(runs),
      (entries) => {
        this.log.append(entries);
        this.changed();
      },
      (state) => {
        this.state = state;
        reportLag(state.kind === 'catching_up');
        this.changed();
      },
    );
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): number => this.revision;

  stop(): void {
    this.feed.stop();
    this.loader.stop();
    this.changed.cancel();
    reportLag(false);
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

export function useLog(buildId: string, attempt: number): LiveLog {
  const [store, setStore] = useState(() => new LogStore(logPorts(buildId, attempt)));
  useEffect(() => {
    const fresh = new LogStore(logPorts(buildId, attempt));
    setStore(fresh);
    fresh.feed.start();
    return () => fresh.stop();
  }, [buildId, attempt]);
  const revision = useSyncExternalStore(store.subscribe, store.current, () => 0);
  return { log: store.log, state: store.state, revision, loader: store.loader };
}
