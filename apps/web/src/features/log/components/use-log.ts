'use client';

import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { reportLag } from '@/lib/live/tab-lag';
import { logPorts } from '../api/log-ports';
import { LogDocument } from '../model/log-document';
import { type FeedState, LogFeed } from '../model/log-feed';

export interface LiveLog {
  readonly log: LogDocument;
  readonly state: FeedState;
  /** Grows with everything that arrived. */
  readonly revision: number;
  readonly more: () => void;
}

/** Outside of React's state, because thousands of lines a second come in and only a screen of them is drawn. */
class LogStore {
  log = new LogDocument();
  state: FeedState = { kind: 'loading' };
  revision = 0;
  private frame: number | null = null;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): number => this.revision;

  /** Draws at most once a frame; a hidden tab draws when it is seen again, with nothing missing. */
  changed(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.revision++;
      for (const listener of this.listeners) listener();
    });
  }
}

export function useLog(buildId: string, attempt: number): LiveLog {
  const [store, setStore] = useState(() => new LogStore());
  const feed = useRef<LogFeed | null>(null);
  useEffect(() => {
    const fresh = new LogStore();
    setStore(fresh);
    feed.current = new LogFeed(
      logPorts(buildId, attempt),
      (entries) => {
        fresh.log.append(entries);
        fresh.changed();
      },
      (state) => {
        fresh.state = state;
        reportLag(state.kind === 'catching_up');
        fresh.changed();
      },
    );
    feed.current.start();
    return () => {
      feed.current?.stop();
      reportLag(false);
    };
  }, [buildId, attempt]);
  const revision = useSyncExternalStore(store.subscribe, store.current, () => 0);
  return { log: store.log, state: store.state, revision, more: () => feed.current?.more() };
}
