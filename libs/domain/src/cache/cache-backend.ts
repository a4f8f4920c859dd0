/**
 * Where the results of steps are kept for builders that know nothing of them: as a manifest of their own in the registry, or
 * inside the image itself.
 */
export const cacheBackends = ['registry', 'inline'] as const;
export type CacheBackend = (typeof cacheBackends)[number];
