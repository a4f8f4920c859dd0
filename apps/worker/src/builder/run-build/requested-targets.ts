import type { BuildRecord } from '@cooperage/db';
import {
  type BuildContextSource,
  type BuildDefinition,
  inlineDockerfilePath,
  type ResolvedDefinition,
  type ResolvedInputs,
  type ResolvedTarget,
} from '@cooperage/domain';
import type { RequestedTarget } from '@cooperage/engines';
import type { BuildContext, ContextPaths } from '@cooperage/source';
import { foldersOf, namedContextsOf, requestedContexts } from './named-contexts.js';

/** What one Dockerfile of a build is made from. */
export interface DockerfileInputs {
  readonly contextPath: string;
  readonly dockerfilePath: string;
  /** The Dockerfile itself, where it stands in the definition. */
  readonly inline: string | null;
  readonly named: ReadonlyMap<string, BuildContextSource>;
}

interface TargetInputs extends DockerfileInputs {
  readonly target: ResolvedTarget;
}

/** Of the other targets that a definition is made from. @throws {BuildFailure} `InvalidBuildConfig` */
export function targetInputs(
  definition: BuildDefinition | null,
  resolved: ResolvedDefinition | null,
): readonly TargetInputs[] {
  if (definition === null) return [];
  const targets = resolved?.targets ?? [];
  return targets.map((target, index) => ({
    ...{ target, contextPath: target.contextPath, inline: target.dockerfileInline },
    dockerfilePath: target.dockerfilePath ?? inlineDockerfilePath({ ...definition, target: target.name }),
    named: namedContextsOf(target.namedContexts, namesOf(targets.slice(0, index))),
  }));
}

export function namesOf(targets: readonly ResolvedTarget[] = []): string[] {
  return targets.map(({ name }) => name);
}

export function contextPaths({ contextPath, dockerfilePath, inline, named }: DockerfileInputs): ContextPaths {
  return {
    ...{ contextPath, dockerfilePath, namedFolders: foldersOf(named) },
    ...(inline !== null && { dockerfile: { path: dockerfilePath, content: Buffer.from(inline) } }),
  };
}

/** What holds for a build holds for each of its targets; what one says of itself, for that one alone. */
export function requestedTarget(
  { target, named }: TargetInputs,
  context: BuildContext,
  build: Pick<BuildRecord, 'noCache' | 'afterReset' | 'cachePolicy' | 'limits'>,
): RequestedTarget {
  const { name, stage, buildArgs, labels } = target;
  return {
    ...{ name, stage, buildArgs, labels, context, dockerfile: context.dockerfile },
    namedContexts: requestedContexts(named, context),
    noCache: target.noCache || takesNothing(build),
    networkMode: networkOf(build, target),
  };
}

/** Whether a build takes nothing of what is kept, whatever its definition says. */
export function takesNothing(build: Pick<BuildRecord, 'noCache' | 'afterReset' | 'cachePolicy'>): boolean {
  return build.noCache || build.afterReset || build.cachePolicy === 'none';
}

/** A project without a network has none in any step; with one, a target may do without. */
export function networkOf(
  { limits }: Pick<BuildRecord, 'limits'>,
  target: Pick<ResolvedInputs, 'withoutNetwork'> | null,
): 'default' | 'none' {
  return target?.withoutNetwork || limits.network === 'none' ? 'none' : 'default';
}
