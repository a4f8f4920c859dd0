import type { CacheReference } from './cache-reference.js';
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
  /** `hashOfRef` of the full ref; a builder is not told the ref of others. */
  readonly refHash: string | null;
}

/**
 * Which caches on the disk are from before one of these resets of their project, so that nobody reads them any more. Takes a moment
 * for each name and each reset, not for each pair: a project may have thousands of both.
 */
export function cachesFromBefore(names: readonly string[], resets: readonly SweptReset[]): string[] {
  const newest = new Map<string, number>();
  for (const { epoch, zone, refHash } of resets) {
    const scope = scopeOf(zone, refHash);
    newest.set(scope, Math.max(epoch, newest.get(scope) ?? 0));
  }
  return names.filter((name) => {
    const [, zone = '', place = ''] = name.split('/');
    const [hash = '', epoch = '0'] = place.split('-');
    const scopes = [scopeOf(null, null), scopeOf(zone, null), scopeOf(zone, hash)];
    return scopes.some((scope) => (newest.get(scope) ?? 0) > Number(epoch));
  });
}

function scopeOf(zone: string | null, hash: string | null): string {
  return `${zone ?? ''}/${hash ?? ''}`;
}

/** A cache as it lies on the disk. */
export interface StoredCacheUse {
  readonly name: string;
  readonly bytes: number;
  readonly files: number;
  /** When it was last read or written, milliseconds since 1970. */
  readonly usedAt: number;
  /** Somebody reads or writes it now. */
  readonly held: boolean;
}

/** Names of those that have to go for the rest to fit: the longest unused first, and never one that is in use. */
export function cachesToDrop(
  caches: readonly StoredCacheUse[],
  room: { readonly bytes: number; readonly files: number },
): string[] {
  let bytesOver = caches.reduce((sum, { bytes }) => sum + bytes, 0) - room.bytes;
  let filesOver = caches.reduce((sum, { files }) => sum + files, 0) - room.files;
  const drop: string[] = [];
  for (const { name, bytes, files, held } of [...caches].sort((a, b) => a.usedAt - b.usedAt)) {
    if (bytesOver <= 0 && filesOver <= 0) break;
    if (held) continue;
    drop.push(name);
    bytesOver -= bytes;
    filesOver -= files;
  }
  return drop;
}
