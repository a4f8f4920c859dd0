import type { CacheRecord } from '@cooperage/buildkit';
import type { EngineStore } from '../engine.js';

const mountKind = 'exec.cachemount';

/** Sums up BuildKit's records. Layers that several of them stand upon are records of their own, so none counts twice. */
export function storeOf(records: readonly Pick<CacheRecord, 'kind' | 'sizeBytes' | 'lastUsedAt'>[]): EngineStore {
  const mounts = records.filter(({ kind }) => kind === mountKind);
  const used = records.flatMap(({ lastUsedAt }) => lastUsedAt ?? []);
  return {
    bytes: sum(records),
    records: records.length,
    mountBytes: sum(mounts),
    mounts: mounts.length,
    oldestUse: used.reduce<Date | null>((a, b) => (a === null || b < a ? b : a), null),
  };
}

/** An engine does not know the size of everything yet, and says so by a number below zero. */
function sum(records: readonly Pick<CacheRecord, 'sizeBytes'>[]): number {
  return records.reduce((total, { sizeBytes }) => total + Math.max(0, sizeBytes), 0);
}
