import type { Project } from '@cooperage/contracts';

type CacheBackend = Project['cacheBackend'];

/** Where a cache is, in the middle of a sentence. */
export const cachePlace: Readonly<Record<CacheBackend, string>> = {
  registry: 'in the registry',
  inline: 'inside the image',
  local: 'on the worker’s disk',
};
