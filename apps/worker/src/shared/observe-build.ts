import type { BuildRecord } from '@cooperage/db';
import { isFinal } from '@cooperage/domain';
import type { Metrics } from '@cooperage/telemetry';

const seconds = (from: Date, to: Date) => Math.max(0, (to.getTime() - from.getTime()) / 1000);

/** Counts a build that has just ended. To be called once, by whoever made the transition that ended it. */
export function observeEnd(metrics: Metrics, build: BuildRecord): void {
  const { status, trigger, startedAt, finishedAt } = build;
  if (!isFinal(status)) return;
  const final = status as 'succeeded' | 'failed' | 'canceled' | 'timed_out';
  metrics.buildsTotal.add({ status: final, trigger });
  if (startedAt && finishedAt) metrics.buildDurationSeconds.observe({ status: final }, seconds(startedAt, finishedAt));
  for (const { phase, startedAt: begun, endedAt } of build.phases)
    if (endedAt) metrics.phaseDurationSeconds.observe({ phase }, seconds(new Date(begun), new Date(endedAt)));
}

/** Counts how long a build waited, and what its steps found in the cache. */
export function observeClaim(metrics: Metrics, build: BuildRecord): void {
  metrics.buildQueueSeconds.observe({}, seconds(build.queuedAt, build.startedAt ?? new Date()));
}

export function observeCache(metrics: Metrics, steps: { readonly cached: number; readonly run: number }): void {
  metrics.cacheStepsTotal.add({ result: 'hit' }, steps.cached);
  metrics.cacheStepsTotal.add({ result: 'miss' }, steps.run);
}
