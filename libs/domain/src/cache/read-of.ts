import type { CacheRead } from './cache-reference.js';

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
export function readOf<R extends StoredRead>(there: readonly R[], now: Date): R | null {
  const [first, ...rest] = there;
  if (!first) return null;
  const isCurrent = now.getTime() - first.writtenAt.getTime() <= currentMs;
  if (isCurrent || rest.every(({ writtenAt }) => writtenAt <= first.writtenAt)) return first;
  return readOf(rest, now);
}
