import type { EvictionWords } from './eviction.js';
import type { Zone } from './zone.js';

/** Whose cache it is, for a build that may read it: its own, that of the branch it is to be merged into, the default branch's. */
export const cacheRoles = ['own', 'target', 'main'] as const;
export type CacheRole = (typeof cacheRoles)[number];

/** Why a build read no cache: its rule, somebody who asked for it, a reset before it, or since there was none. */
export const noReadReasons = ['policy', 'asked', 'reset', 'none_there'] as const;
export type NoReadReason = (typeof noReadReasons)[number];

/**
 * Why a build did not read a cache that comes before the one it read: nothing was there yet, it had been deleted, it was old
 * and a later one newer (`readOf`), or it was gone when the engine came to read it.
 */
export const passedReasons = ['absent', 'deleted', 'old', 'gone'] as const;
export type PassedReason = (typeof passedReasons)[number];

/** The one cache that a build read. */
export interface ReadCache {
  readonly role: CacheRole;
  readonly zone: Zone;
  /** Full ref. */
  readonly ref: string;
  readonly epoch: number;
  /** Of its manifest; null for an engine that reads a tag for each step. */
  readonly digest: string | null;
  /** RFC 3339; null where nobody wrote it down, as for a cache on a worker's disk. */
  readonly writtenAt: string | null;
  /** Number of the build that had left it; null as above. */
  readonly writtenBy: number | null;
}

export interface PassedCache {
  readonly role: CacheRole;
  readonly zone: Zone;
  readonly ref: string;
  readonly why: PassedReason;
  /** RFC 3339; null where nothing was there. */
  readonly writtenAt: string | null;
  /** Only for `deleted`. */
  readonly eviction: EvictionWords | null;
}

/** Which cache an attempt read, and why that one: written down when its engine begins. */
export interface CacheReadFact {
  /** Null where it read none. */
  readonly cache: ReadCache | null;
  /** Null where it read one. */
  readonly none: NoReadReason | null;
  /** Those that come before it, best first; all that it might have read where there was none. */
  readonly passed: readonly PassedCache[];
}
