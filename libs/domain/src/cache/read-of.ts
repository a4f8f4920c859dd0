import type { CacheRead } from './cache-reference.js';
import type { EvictionWords } from './eviction.js';
import type { CacheReadFact, NoReadReason, PassedCache } from './read-facts.js';

/** One of the references that a build may read, which is there. */
export interface StoredRead extends CacheRead {
  readonly writtenAt: Date;
}

/** A reference that was written this long ago counts as current beside a newer one, milliseconds. */
const currentMs = 7 * 86_400_000;

/**
 * The one reference that a build reads: the first of the chain that is there, unless it is old and a later one is newer. Only
 * one, since BuildKit misses steps that it would find where it is given two (https://github.com/moby/buildkit/issues/6418). What a
 * build leaves holds all of its steps, found ones too, so the own reference alone is enough for the next one.
 * @param there what is there of `cacheImports`, in its order
 */
export function readOf<R extends { readonly writtenAt: Date }>(there: readonly R[], now: Date): R | null {
  const [first, ...rest] = there;
  if (!first) return null;
  const isCurrent = now.getTime() - first.writtenAt.getTime() <= currentMs;
  if (isCurrent || rest.every(({ writtenAt }) => writtenAt <= first.writtenAt)) return first;
  return readOf(rest, now);
}

/** One of the references that a build may read, by what is written down of it. */
export interface CacheCandidate extends CacheRead {
  /** What stands there; null where nobody wrote anything down. */
  readonly stored: CandidateContent | null;
  /** Why what stood there last was deleted; null where something stands, or nothing ever did. */
  readonly evicted: EvictionWords | null;
}

export interface CandidateContent {
  /** Of the manifest that the export left. */
  readonly digest: string;
  readonly writtenAt: Date;
  /** Number of the build that left it. */
  readonly writtenBy: number;
}

/** The one of them to read by its digest, see `readOf`; null where none is written down. */
export function chosenOf(candidates: readonly CacheCandidate[], now: Date): CacheCandidate | null {
  const there = candidates.flatMap((candidate) =>
    candidate.stored ? [{ candidate, writtenAt: candidate.stored.writtenAt }] : [],
  );
  return readOf(there, now)?.candidate ?? null;
}

/** The fact of a build that was not to read any. */
export function noRead(none: Exclude<NoReadReason, 'none_there'>): CacheReadFact {
  return { cache: null, none, passed: [] };
}

/**
 * The fact of a build that was to read one.
 * @param candidates all that it might read, best first
 * @param chosen the one that its engine was told to read; null where it looked for itself
 * @param read the one that its engine read, which is one of them; null for none
 * @param digest of what it read, where the engine knows it better than the record
 */
export function readFact(
  candidates: readonly CacheCandidate[],
  chosen: CacheCandidate | null,
  read: CacheCandidate | null,
  digest = read?.stored?.digest ?? null,
): CacheReadFact {
  const end = read ?? chosen;
  const before = end ? candidates.slice(0, candidates.indexOf(end)) : candidates;
  const passed = before.map(passedOver);
  if (read) {
    const { role, zone, ref, epoch, stored } = read;
    const written = { writtenAt: stored?.writtenAt.toISOString() ?? null, writtenBy: stored?.writtenBy ?? null };
    return { cache: { role, zone, ref, epoch, digest, ...written }, none: null, passed };
  }
  const gone = chosen ? [{ ...passedOver(chosen), why: 'gone' as const }] : [];
  return { cache: null, none: 'none_there', passed: [...passed, ...gone] };
}

function passedOver({ role, zone, ref, stored, evicted }: CacheCandidate): PassedCache {
  const why = stored ? 'old' : evicted ? 'deleted' : 'absent';
  return { role, zone, ref, why, writtenAt: stored?.writtenAt.toISOString() ?? null, eviction: evicted };
}
