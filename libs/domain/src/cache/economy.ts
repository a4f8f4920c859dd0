import { isBaseStep } from '../build/step-title.js';
import { type StepTime, usualTimes } from '../build/usual-times.js';

/** A step with its own time and the one that it usually takes where it runs, in milliseconds. */
export interface TimedStep {
  readonly name: string;
  readonly internal: boolean;
  readonly cached: boolean;
  readonly ms: number | null;
  readonly usualMs: number | null;
}

/** What a cache was worth to one build, in milliseconds of its steps. */
export interface CacheEconomy {
  /** What the steps that were found usually take. */
  readonly savedMs: number;
  /** What those took that ran. */
  readonly ranMs: number;
  /** What it took to look into caches of the registry. */
  readonly importMs: number;
  /** Saved of all, from 0 to 1: by time, since a step of a minute counts for more than one of a moment. Null for neither. */
  readonly share: number | null;
  /** Steps that were found and of which no earlier run tells a time. */
  readonly untimed: number;
}

export interface RecordedStep {
  readonly name: string;
  readonly stage: string | null;
  readonly platform: string | null;
  readonly internal: boolean;
  readonly cached: boolean;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
}

/** Steps of a build with their own times, and those that they took in earlier builds. */
export function timedSteps(steps: readonly RecordedStep[], earlier: readonly StepTime[]): TimedStep[] {
  const usual = usualTimes(earlier);
  return steps.map((step) => {
    const { name, internal, cached, startedAt, completedAt } = step;
    const ms = startedAt && completedAt ? completedAt.getTime() - startedAt.getTime() : null;
    return { name, internal, cached, ms, usualMs: usual(step) };
  });
}

/** Whether a step is BuildKit's look into a cache, as it calls that. */
export function isCacheImport({ name }: { readonly name: string }): boolean {
  return name.startsWith('importing cache manifest from ');
}

export function cacheEconomy(steps: readonly TimedStep[]): CacheEconomy {
  const own = steps.filter(({ name, internal }) => !internal && !isBaseStep(name));
  const found = own.filter(({ cached }) => cached);
  const savedMs = sum(found.map(({ usualMs }) => usualMs));
  const ranMs = sum(own.filter(({ cached }) => !cached).map(({ ms }) => ms));
  // Several are looked into at the same time.
  const importMs = Math.max(0, ...steps.filter(isCacheImport).map(({ ms }) => ms ?? 0));
  const share = savedMs + ranMs === 0 ? null : savedMs / (savedMs + ranMs);
  return { savedMs, ranMs, importMs, share, untimed: found.filter(({ usualMs }) => usualMs === null).length };
}

function sum(times: readonly (number | null)[]): number {
  return times.reduce<number>((total, ms) => total + (ms ?? 0), 0);
}
