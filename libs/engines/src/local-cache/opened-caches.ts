import type { BuildRequest } from '../build-request.js';
import type { EngineEvent } from '../engine.js';
import type { LocalCaches, OpenedCaches } from './local-caches.js';

const none: OpenedCaches = { imports: [], opened: null, stores: new Map(), problems: [], release: () => {} };

export async function openCaches(caches: LocalCaches | null, names: readonly string[]): Promise<OpenedCaches> {
  return caches === null || names.length === 0 ? none : caches.open(names);
}

/** Which cache a build is about to read. */
export function cacheRead(
  { cacheImports, noCache }: BuildRequest,
  { caches: { opened } }: { readonly caches: OpenedCaches },
): EngineEvent {
  if (noCache) return { type: 'cache', name: null };
  return opened ? { type: 'cache', ...opened } : { type: 'cache', name: cacheImports[0] ?? null };
}

/** Whether a build that wanted a cache of its worker found none there at all. */
export function missedCaches(
  { localCaches = [] }: BuildRequest,
  { caches }: { readonly caches: OpenedCaches },
): boolean {
  return localCaches.length > 0 && caches.imports.length === 0 && caches.problems.length === 0;
}

export const nothingLocal =
  'This worker has no local cache that the build may read: what its builder did not know ran.';

export function cacheWarning(message: string): EngineEvent {
  return { type: 'warning', rule: 'LocalCache', message, url: null, line: null, file: null };
}
