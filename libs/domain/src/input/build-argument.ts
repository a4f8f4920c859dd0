const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'];

/** Docker's predefined arguments: steps have them without `ARG`, in exactly these two spellings. */
const predefined = new Set(proxyNames.flatMap((name) => [name, name.toLowerCase()]));

/**
 * A sentence for a person when the service does not take a build argument; null when it does.
 *
 * - `BUILDKIT_*` and `SOURCE_DATE_EPOCH` configure the engine, not the Dockerfile. The service sets them.
 * - Docker's proxy arguments are a person's right. They are shown like all arguments, so they hold no password.
 * - Everything else reaches a step only if the Dockerfile declares it with `ARG`, and then that step alone: `PATH`, `LD_PRELOAD` or
 *   `DOCKER_HOST` say nothing to the engine or to a worker.
 */
export function buildArgumentProblem(name: string, value: string): string | null {
  const upper = name.toUpperCase();
  if (upper.startsWith('BUILDKIT_') || upper === 'SOURCE_DATE_EPOCH')
    return 'belongs to the builder and is set by the service: take it out';
  if (!proxyNames.includes(upper)) return null;
  if (!predefined.has(name)) return `is not known to Docker in this spelling: write ${upper} or ${upper.toLowerCase()}`;
  return /^[^/?#]*@|:\/\/[^/?#]*@/.test(value)
    ? 'holds a user name or a password, and arguments are shown to everyone who sees the build'
    : null;
}
