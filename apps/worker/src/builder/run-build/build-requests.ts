import type { BuildProject, ClaimedAttempt } from '@cooperage/db';
import {
  engineSpaces,
  type MadeFrom,
  type ManifestEntry,
  madeFrom,
  type ResolvedDefinition,
  stagingRepository,
} from '@cooperage/domain';
import type { BuildRequest } from '@cooperage/engines';
import type { BuildContext, Source } from '@cooperage/source';
import type { BuildAccess } from '../access/build-access.js';
import type { BuildDefinitions } from './build-definitions.js';
import type { CachePlan, CachePlans } from './cache-plans.js';
import { engineReference } from './engine-reference.js';
import { imageLabels } from './image-labels.js';
import { foldersOf, manifestOf, namedContextsOf, requestedContexts } from './named-contexts.js';

export interface BuildRequestsOptions {
  readonly registryHost: string;
  readonly publicUrl: string;
  readonly cgroupParent: string | null;
}

export interface PreparedBuild {
  readonly request: BuildRequest;
  readonly dockerfile: string;
  /** Which cache it is to read. */
  readonly caches: CachePlan;
  /** What its definition stands for, where it has one. */
  readonly resolved?: ResolvedDefinition;
  /** What the context and the folders beside it hold. */
  readonly manifest: readonly ManifestEntry[];
}

/** Makes the engine's request of a claimed attempt: exactly its commit, its project's secrets, its zone's references. */
export class BuildRequests {
  constructor(
    private readonly source: Pick<Source, 'prepare' | 'context'>,
    private readonly definitions: BuildDefinitions,
    private readonly plans: Pick<CachePlans, 'make'>,
    private readonly options: BuildRequestsOptions,
  ) {}

  /** @throws {BuildFailure} when the commit, context or Dockerfile is not there */
  async prepare(attempt: ClaimedAttempt, access: BuildAccess, signal: AbortSignal): Promise<PreparedBuild> {
    const { build } = attempt;
    await this.source.prepare(access.source, { ref: build.ref, commit: build.commit }, signal);
    const resolved = await this.definitions.resolve(build, access.source, signal);
    const made = madeFrom({ ...build, resolved });
    const named = namedContextsOf(made.namedContexts);
    const paths = { ...made, namedFolders: foldersOf(named), ...inlineDockerfile(made, resolved) };
    const context = await this.source.context(access.source, build.commit, paths, signal);
    const caches = await this.plans.make(build, { ...access.project, asked: resolved?.noCache === true }, signal);
    return {
      request: {
        ...this.request(attempt, access, context, resolved),
        ...caches.sources,
        ...{ target: made.target ?? undefined, buildArgs: made.buildArgs },
        namedContexts: requestedContexts(named, context),
      },
      ...(resolved && { resolved }),
      caches,
      dockerfile: Buffer.from(context.dockerfile.content).toString('utf8'),
      manifest: manifestOf(context),
    };
  }

  private request(
    attempt: ClaimedAttempt,
    { project, secrets, registryAuth }: BuildAccess,
    context: BuildContext,
    resolved: ResolvedDefinition | null,
  ): Omit<BuildRequest, 'target' | 'buildArgs' | 'namedContexts' | 'cacheImports'> {
    const { build } = attempt;
    const { registryHost, cgroupParent } = this.options;
    const labels = imageLabels(build, this.labelFacts(project));
    const { memoryBytes, pids, cpus, diskBytes } = build.limits;
    const spaces = engineSpaces({ ...build, attemptId: attempt.attemptId });
    return {
      secrets,
      registryAuth,
      reference: engineReference(attempt.attemptId),
      context,
      dockerfile: context.dockerfile,
      platform: build.platform,
      labels: { ...resolved?.labels, ...labels },
      annotations: labels,
      sourceDateEpoch: build.commitTime,
      push: { host: registryHost, repository: stagingRepository(build.projectId, build.zone) },
      inlineCache: build.cacheBackend === 'inline' && build.cachePolicy !== 'none',
      noCache: resolved?.noCache || build.noCache || build.afterReset || build.cachePolicy === 'none',
      cacheMountNamespace: spaces.mounts,
      strangers: build.zone === 'fork',
      onlyImages: build.limits.network === 'none',
      limits: {
        ...(memoryBytes !== null && { memoryBytes }),
        ...(pids !== null && { pids }),
        ...(cpus !== null && { cpus }),
        ...(diskBytes !== null && { diskBytes }),
        ...(cgroupParent !== null && { cgroupParent }),
        ...((resolved?.withoutNetwork || build.limits.network === 'none') && { networkMode: 'none' as const }),
        // The engine counts the group's name into the cache keys of steps: builds that may share results share a group.
        group: spaces.results,
      },
    };
  }

  private labelFacts(project: BuildProject) {
    return {
      projectName: project.slug,
      organizationName: project.organizationSlug,
      sourceUrl: project.remoteUrl,
      projectUrl: `${this.options.publicUrl}/p/${project.organizationSlug}/${project.slug}`,
    };
  }
}

function inlineDockerfile({ dockerfilePath }: MadeFrom, resolved: ResolvedDefinition | null) {
  const text = resolved?.dockerfileInline ?? null;
  return text === null ? {} : { dockerfile: { path: dockerfilePath, content: Buffer.from(text) } };
}
