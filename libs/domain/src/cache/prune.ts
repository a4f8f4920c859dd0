import type { StoredCache } from './cache-budget.js';
import { isUnused } from './due-evictions.js';
import type { Zone } from './zone.js';

/** What a person wants gone. All of it has to fit. */
export interface PruneRule {
  /** Null for every zone. */
  readonly zone: Zone | null;
  /** Part of the full ref, in any case; the full ref itself where it names one. */
  readonly text: string;
  /** Days in which no build wrote it or found steps with it; null for any. */
  readonly unusedDays: number | null;
}

export interface Pruned<T> {
  readonly going: readonly T[];
  /** What fits and stays: the builds of every ref read it, and the rule does not name it. */
  readonly spared: readonly T[];
}

/**
 * Which references a rule takes. What all builds read goes only where the rule says its full ref: a part of a name that
 * happens to be in it as well must not make every build cold, and yet there has to be a way that costs less than a reset, by
 * which the builders' own results end too.
 */
export function prune<T extends StoredCache>(entries: readonly T[], rule: PruneRule, now: Date): Pruned<T> {
  const fitting = entries.filter((entry) => fits(entry, rule, now));
  const isSpared = (entry: T) => entry.readByAll && entry.ref !== rule.text;
  return { going: fitting.filter((entry) => !isSpared(entry)), spared: fitting.filter(isSpared) };
}

function fits(entry: StoredCache, { zone, text, unusedDays }: PruneRule, now: Date): boolean {
  return (
    (zone === null || entry.zone === zone) &&
    entry.ref.toLowerCase().includes(text.toLowerCase()) &&
    (unusedDays === null || isUnused(entry, unusedDays, now))
  );
}
