'use client';

import type { BuildChange, ClientPayload } from '@cooperage/contracts';
import { useEffect } from 'react';
import { type Pace, paced } from './paced';
import { tabConnection } from './tab-connection';
import { tabService, useRefresh } from './tab-service';

export type LiveScope = ClientPayload<'builds:subscribe'>;

export interface RefreshOptions {
  readonly scopes: readonly LiveScope[];
  /** Only changes of this build matter, and those of its steps; all of the scopes when missing, without their steps. */
  readonly buildId?: string;
  /** Ask again this often while the socket is away, in milliseconds. */
  readonly pollMs: number;
  /** Deliveries of the scopes matter as well. */
  readonly deliveries?: boolean;
  /** The workers matter as well. */
  readonly workers?: boolean;
  /** Ask again this often even while live, for what no event announces; 0 for never. */
  readonly tickMs: number;
}

const pace: Pace = { quietMs: 60, atMostEveryMs: 500 };

/** Has the server make the page again whenever a build of the scopes changed. What the reader has open stays open. */
export function useRefreshOnChange(options: RefreshOptions): void {
  const { scopes, buildId, pollMs, tickMs, deliveries = false, workers = false } = options;
  const again = useRefresh();
  const key = JSON.stringify(scopes);
  useEffect(() => {
    const refresh = paced(() => void again(), pace);
    const release = tabConnection.acquire();
    const join = (): void => {
      if (tabConnection.current().kind !== 'live') return;
      for (const scope of JSON.parse(key) as LiveScope[]) void tabConnection.ask('builds:subscribe', scope);
      // Whatever happened while nobody listened.
      refresh();
    };
    const offState = tabConnection.subscribe(join);
    const offService = tabService.subscribe(() => tabService.current().kind === 'there' && refresh());
    const offChange = tabConnection.on('build:changed', (change: BuildChange) => {
      if (buildId === undefined || change.buildId === buildId) refresh();
    });
    const offSteps = tabConnection.on('steps:changed', (change) => change.buildId === buildId && refresh());
    const offEverything = tabConnection.on('everything:changed', refresh);
    const offDelivery = deliveries ? tabConnection.on('delivery:changed', refresh) : undefined;
    const offWorkers = workers ? tabConnection.on('workers:changed', refresh) : undefined;
    if (tabConnection.current().kind === 'live') join();
    const poll = setInterval(() => tabConnection.current().kind === 'polling' && refresh(), pollMs);
    const tick =
      tickMs > 0 ? setInterval(() => document.visibilityState === 'visible' && refresh(), tickMs) : undefined;
    return () => {
      for (const scope of JSON.parse(key) as LiveScope[]) void tabConnection.ask('builds:unsubscribe', scope);
      clearInterval(poll);
      clearInterval(tick);
      refresh.cancel();
      offService();
      offChange();
      offSteps();
      offEverything();
      offDelivery?.();
      offWorkers?.();
      offState();
      release();
    };
  }, [again, key, buildId, pollMs, tickMs, deliveries, workers]);
}
