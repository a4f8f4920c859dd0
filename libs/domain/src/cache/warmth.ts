/** What is known of the cache that all builds of a project read, that of its default branch in the registry. */
export interface MainCacheFacts {
  /** Something stands under its present name. */
  readonly stands: boolean;
  /** Number of the reset with which it began, 0 for none. */
  readonly epoch: number;
  /** It was deleted from the registry since then. */
  readonly deleted: boolean;
  /** Number of the newest build of the default branch that goes on, or whose cache is on its way; null for none. */
  readonly underWay: number | null;
}

/** Why no cache of the default branch stands, and which build will leave one. */
export interface ColdCache {
  readonly why: 'never' | 'reset' | 'deleted';
  readonly underWay: number | null;
}

/** Null where one stands, or where builds leave none in the registry. */
export function coldCache(
  { stands, epoch, deleted, underWay }: MainCacheFacts,
  { backend, mode }: { readonly backend: string; readonly mode: string },
): ColdCache | null {
  if (stands || backend !== 'registry' || mode === 'none') return null;
  return { why: deleted ? 'deleted' : epoch > 0 ? 'reset' : 'never', underWay };
}
