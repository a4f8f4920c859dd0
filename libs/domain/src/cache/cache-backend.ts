/**
 * Where the results of steps are kept for builders that know nothing of them: as a manifest of their own in the registry,
 * inside the image itself, or on the disk of the worker that built.
 */
export const cacheBackends = ['registry', 'inline', 'local'] as const;
export type CacheBackend = (typeof cacheBackends)[number];
