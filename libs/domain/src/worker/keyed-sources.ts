/** What BuildKit with our edits says beside its version (`tools/local/src/toolchain/source-keys.ts`). */
const keyedSources = 'cooperage.keyed-sources';

/**
 * Whether the cache key of a copy or step with several sources says which content stands where (ADR 46). BuildKit 0.34.2
 * has that by our edits alone.
 */
export function keysSources(revision: string): boolean {
  return revision.split('+').includes(keyedSources);
}
