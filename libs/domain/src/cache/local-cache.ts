import { type CacheReference, hashOfRef } from './cache-reference.js';
import type { Zone } from './zone.js';

/** Where a worker keeps a cache on its disk, relative to all of them: one folder per project, zone, branch and platform. */
export function localCacheName({ repository, tag }: CacheReference): string {
  return `${repository.replace(/^cache\//, '')}/${tag}`;
}

const namePattern = /^[0-9a-f-]{36}\/(?:protected|branch|fork)\/[0-9a-f]{20}(?:-\d+)?\/[a-z0-9._-]+$/;

/** Whether a name is one that `localCacheName` makes: only then does it lead to a folder of its own. */
export function isLocalCacheName(name: string): boolean {
  return namePattern.test(name) && !/\/\.{1,2}$/.test(name);
}

/** A reset after which no build from before was open any more: of the project, of a zone, or of one ref of it. */
export interface SweptReset {
  readonly epoch: number;
  readonly zone: Zone | null;
  /** Full ref. */
  readonly ref: string | null;
}

/** Whether a cache on the disk is from before one of these resets of its project, so that nobody reads it any more. */
export function isFromBefore(name: string, resets: readonly SweptReset[]): boolean {
  const [, zone, place = ''] = name.split('/');
  const [hash, epoch = '0'] = place.split('-');
  return resets.some(
    (reset) =>
      reset.epoch > Number(epoch) &&
      (reset.zone === null || reset.zone === zone) &&
      (reset.ref === null || hashOfRef(reset.ref) === hash),
  );
}

/** A cache as it lies on the disk. */
export interface StoredCacheUse {
  readonly name: string;
  readonly bytes: number;
  /** When it was last read or written, milliseconds since 1970. */
  readonly usedAt: number;
  /** Somebody reads or writes it now. */
  readonly held: boolean;
}

/** Names of those that have to go for the rest to fit: the longest unused first, and never one that is in use. */
export function cachesToDrop(caches: readonly StoredCacheUse[], budgetBytes: number): string[] {
  let over = caches.reduce((sum, { bytes }) => sum + bytes, 0) - budgetBytes;
  const drop: string[] = [];
  for (const { name, bytes, held } of [...caches].sort((a, b) => a.usedAt - b.usedAt)) {
    if (over <= 0) break;
    if (held) continue;
    drop.push(name);
    over -= bytes;
  }
  return drop;
}
