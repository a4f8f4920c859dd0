import { mostHeld, type PoolSlots } from './fair-dispatch.js';
import type { Lane } from './lane.js';

/** Why a build that could begin does not, as a code. `retry_pause` is not among them: that build could not. */
export const waitReasons = [
  'organization_suspended',
  'quota_build_minutes',
  'quota_log_bytes',
  'no_worker',
  'no_worker_for_strangers',
  'no_worker_for_organization',
  'quota_concurrent_builds',
  'slot_kept_for_others',
  'no_free_slot',
] as const;
export type WaitReason = (typeof waitReasons)[number];

export interface WaitFacts {
  readonly lane: Lane;
  readonly pool: PoolSlots;
  /** Of a fork. */
  readonly isFork: boolean;
  readonly isSuspended: boolean;
  /** It has used up the minutes of this month. */
  readonly isOutOfMinutes: boolean;
  /** Its logs take as much as they may: what runs is written to its end, and nothing further begins. */
  readonly isOutOfLogBytes: boolean;
  /** Builds that its quota of concurrent ones still lets begin. */
  readonly mayBegin: number;
  /** Slots of the pool that its organization holds. */
  readonly held: number;
}

/** The first reason that is enough by itself, and that somebody can do something about. */
export function waitReasonOf(facts: WaitFacts): WaitReason {
  const { lane, pool, isFork } = facts;
  if (facts.isSuspended) return 'organization_suspended';
  if (facts.isOutOfMinutes) return 'quota_build_minutes';
  if (facts.isOutOfLogBytes) return 'quota_log_bytes';
  if (pool.slots === 0) {
    if (lane === 'trusted') return 'no_worker';
    return isFork ? 'no_worker_for_strangers' : 'no_worker_for_organization';
  }
  if (facts.mayBegin <= 0) return 'quota_concurrent_builds';
  return facts.held >= mostHeld(pool) && pool.free > 0 ? 'slot_kept_for_others' : 'no_free_slot';
}
