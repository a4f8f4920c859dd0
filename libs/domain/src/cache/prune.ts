import type { Zone } from './zone.js';

/**
 * What a person wants gone. All of it has to fit. What all builds read goes only where the rule says its full ref: a part of a
 * name that happens to be in it as well must not make every build cold, and yet there has to be a way that costs less than a
 * reset, by which the builders' own results end too.
 */
export interface PruneRule {
  /** Null for every zone. */
  readonly zone: Zone | null;
  /** Part of the full ref, in any case; the full ref itself where it names one. */
  readonly text: string;
  /** Days in which no build wrote it or found steps with it; null for any. */
  readonly unusedDays: number | null;
}
