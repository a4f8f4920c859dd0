import { isBaseStep } from '../build/step-title.js';
import { mergeByKey, type Pair } from './merge-by-key.js';

export interface ComparedStep {
  readonly ordinal: number;
  /** The instruction, without the `[stage 2/5]` that the builder puts before it. */
  readonly title: string;
  readonly stage: string | null;
  readonly platform: string | null;
  readonly cached: boolean;
  /** Null where it did not run to its end. */
  readonly ms: number | null;
}

export const stepChanges = ['added', 'gone', 'lost_cache', 'gained_cache', 'slower', 'faster', 'same'] as const;
export type StepChange = (typeof stepChanges)[number];

export interface StepPair extends Pair<ComparedStep> {
  readonly change: StepChange;
  /** The cache was lost because a step before it, in the same stage, did not come from the cache either. */
  readonly afterEarlier: boolean;
}

/** A time counts as another one from here on: half as much again, and at least half a second. */
const factor = 1.5;
const leastMs = 500;

/** The steps of two builds side by side, each with what became of it from `a` to `b`. */
export function alignSteps(a: readonly ComparedStep[], b: readonly ComparedStep[]): StepPair[] {
  const ranInStage = new Set<string>();
  return mergeByKey(a, b, keyOf).map((pair) => {
    const change = changeOf(pair);
    const stage = JSON.stringify([pair.b?.stage, pair.b?.platform]);
    const afterEarlier = change === 'lost_cache' && ranInStage.has(stage);
    if (change === 'lost_cache' || change === 'added') ranInStage.add(stage);
    return { ...pair, change, afterEarlier };
  });
}

/** A base image that has moved is still the same step: its digest is compared elsewhere. */
function keyOf({ stage, platform, title }: ComparedStep): string {
  return JSON.stringify([stage, platform, title.replace(/\s+/g, ' ').replace(/@sha256:[0-9a-f]{64}/, '')]);
}

function changeOf({ a, b }: Pair<ComparedStep>): StepChange {
  if (a === null) return 'added';
  if (b === null) return 'gone';
  if (isBaseStep(b.title)) return 'same';
  if (a.cached !== b.cached) return a.cached ? 'lost_cache' : 'gained_cache';
  if (a.cached || a.ms === null || b.ms === null) return 'same';
  if (b.ms > a.ms * factor && b.ms - a.ms >= leastMs) return 'slower';
  return a.ms > b.ms * factor && a.ms - b.ms >= leastMs ? 'faster' : 'same';
}
