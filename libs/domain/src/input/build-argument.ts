/** Docker's predefined arguments. BuildKit knows them in any case of their letters. */
const proxies = /^(?:https?|ftp|no|all)_proxy$/i;

/**
 * A sentence for a person when the service does not take a build argument; null when it does.
 *
 * - `BUILDKIT_*` and `SOURCE_DATE_EPOCH` configure the engine, not the Dockerfile. The service sets them.
 * - Docker's proxy arguments reach every step, and are in no step's cache key: whoever names one for a branch would choose what
 *   the next build of a protected branch finds in the cache. A Dockerfile may name a proxy itself, which is in the key.
 * - Everything else reaches a step only if the Dockerfile declares it with `ARG`, and then that step alone: `PATH`, `LD_PRELOAD` or
 *   `DOCKER_HOST` say nothing to the engine or to a worker.
 */
export function buildArgumentProblem(name: string): string | null {
  const upper = name.toUpperCase();
  if (upper.startsWith('BUILDKIT_') || upper === 'SOURCE_DATE_EPOCH')
    return 'belongs to the builder and is set by the service: take it out';
  return proxies.test(name)
    ? 'would lead every step through a proxy that the cache does not know of, so that other builds find what came through it: write the proxy into the Dockerfile, with ENV or as the default of an ARG'
    : null;
}

/** Characters of all build arguments together, names and values. */
export const mostArgumentCharacters = 65_536;

/**
 * A sentence for a person when all arguments together are too long; null when they are not. Each build of a push has a copy of them,
 * and each step that declares one has it in its name, in the history of the image and in what is signed.
 */
export function buildArgumentsProblem(args: Readonly<Record<string, string>>): string | null {
  const characters = Object.entries(args).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (characters <= mostArgumentCharacters) return null;
  return `at most ${mostArgumentCharacters} characters in all names and values together, and these have ${characters}: put long texts into a file of the repository`;
}
