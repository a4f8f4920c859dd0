/** What BuildKit with our edits says beside its version (`tools/local/src/toolchain/source-keys.ts`). */
const keyedSources = 'cooperage.keyed-sources';

/**
 * Whether the cache key of a copy or step with several sources says which content stands where (ADR 46). No release of BuildKit has
 * that, and none says so of itself.
 */
export function keysSources(revision: string): boolean {
  return revision.split('+').includes(keyedSources);
}
