import type { EngineInfo } from '@cooperage/buildkit';

/**
 * An engine of an earlier version builds, but does not count into a step's cache key what keeps zones apart there (`markSteps`).
 * BuildKit 0.17 was the first to do so; Docker has it for certain since 28.0.
 */
const [oldestMinor, oldestDocker] = [17, 28];

/** A sentence for an operator where the engine is too old; null where it is not, or where nobody knows what it is. */
export function ageProblem({ version, dockerVersion }: Pick<EngineInfo, 'version' | 'dockerVersion'>): string | null {
  const minor = /^v?0\.(\d{1,6})\./.exec(version ?? '')?.[1];
  if (minor !== undefined)
    return Number(minor) < oldestMinor ? `BuildKit 0.${oldestMinor} or later is needed, and this is ${version}` : null;
  const docker = version ? undefined : /^v?(\d{1,6})\./.exec(dockerVersion ?? '')?.[1];
  return docker !== undefined && Number(docker) < oldestDocker
    ? `Docker ${oldestDocker} or later is needed, and this is ${dockerVersion}`
    : null;
}
