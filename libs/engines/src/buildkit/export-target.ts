import { type ContentStore, type Entry, registryCacheExport, storedCacheExport } from '@cooperage/buildkit';
import { BuildFailure } from '@cooperage/domain';
import type { CacheExportRequest } from '../build-request.js';
import type { LocalCaches } from '../local-cache/local-caches.js';

/** Where a cache goes: what the Solve is told of it, and what is left to do when it has written. */
export interface ExportTarget {
  readonly entry: Entry;
  /** Full reference, where it is in a registry. */
  readonly reference?: string;
  /** What the session serves for it. */
  readonly stores: ReadonlyMap<string, ContentStore>;
  /** @param digest of the manifest that was written */
  written(digest: string): Promise<{ readonly bytes?: number }>;
  /** Why it could not be written, where nobody knows that but us. */
  problem(): BuildFailure | null;
  release(): Promise<void>;
}

/** @throws {BuildFailure} where this worker has no disk for it */
export function exportTarget(
  { cacheExport }: CacheExportRequest,
  localCaches: LocalCaches | null,
  insecureRegistry: boolean,
): ExportTarget {
  const { reference, localCache, mode } = cacheExport;
  if (reference !== undefined)
    return {
      entry: registryCacheExport(reference, mode, insecureRegistry),
      reference,
      stores: new Map(),
      written: () => Promise.resolve({}),
      problem: () => null,
      release: () => Promise.resolve(),
    };
  if (!localCaches) throw new BuildFailure('InvalidBuildConfig', 'This worker keeps no local caches.');
  const { store, stores, tooLarge, publish, release } = localCaches.write(localCache);
  return {
    entry: storedCacheExport(store, mode),
    stores,
    problem: () => {
      const words = tooLarge();
      return words === null ? null : new BuildFailure('PushRejected', words);
    },
    written: async (digest) => ({ bytes: await publish(digest) }),
    release,
  };
}
