import type { BuildProject, ClaimedAttempt } from '@cooperage/db';
import { cacheImports, engineSpaces, localCacheName, type ManifestEntry, stagingRepository } from '@cooperage/domain';
import type { BuildRequest } from '@cooperage/engines';
import type { BuildContext, Source } from '@cooperage/source';
import type { BuildAccess } from '../access/build-access.js';
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
  /** What the context and the folders beside it hold. */
  readonly manifest: readonly ManifestEntry[];
}

/** Makes the engine's request of a claimed attempt: exactly its commit, its project's secrets, its zone's references. */
export class BuildRequests {
  constructor(
    private readonly source: Pick<Source, 'prepare' | 'context'>,
    private readonly options: BuildRequestsOptions,
  ) {}

  /** @throws {BuildFailure} when the commit, context or Dockerfile is not there */
  async prepare(attempt: ClaimedAttempt, access: BuildAccess, signal: AbortSignal): Promise<PreparedBuild> {
    const { build } = attempt;
    await this.source.prepare(access.source, { ref: build.ref, commit: build.commit }, signal);
    const named = namedContextsOf(build.namedContexts);
    const paths = { ...build, namedFolders: foldersOf(named) };
    const context = await this.source.context(access.source, build.commit, paths, signal);
    return {
      request: { ...this.request(attempt, access, context), namedContexts: requestedContexts(named, context) },
      dockerfile: Buffer.from(context.dockerfile.content).toString('utf8'),
      manifest: manifestOf(context),
    };
  }

  private request(
    attempt: ClaimedAttempt,
    { project, secrets, registryAuth }: BuildAccess,
    context: BuildContext,
  ): BuildRequest {
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
      target: build.target ?? undefined,
      platform: build.platform,
      buildArgs: build.buildArgs,
      labels,
      annotations: labels,
      sourceDateEpoch: build.commitTime,
      push: { host: registryHost, repository: stagingRepository(build.projectId, build.zone) },
      ...this.cacheSources(attempt, project),
      inlineCache: build.cacheBackend === 'inline' && build.cachePolicy !== 'none',
      noCache: build.noCache || build.afterReset || build.cachePolicy === 'none',
      cacheMountNamespace: spaces.mounts,
      strangers: build.zone === 'fork',
      limits: {
        ...(memoryBytes !== null && { memoryBytes }),
        ...(pids !== null && { pids }),
        ...(cpus !== null && { cpus }),
        ...(diskBytes !== null && { diskBytes }),
        ...(cgroupParent !== null && { cgroupParent }),
        // The engine counts the group's name into the cache keys of steps: builds that may share results share a group.
        group: spaces.results,
      },
    };
  }

  private cacheSources({ build }: ClaimedAttempt, project: BuildProject) {
    const reads = build.noCache || build.afterReset ? [] : cacheImports(build, project.defaultBranch);
    if (build.cacheBackend === 'local') return { cacheImports: [], localCaches: reads.map(localCacheName) };
    const { registryHost } = this.options;
    return { cacheImports: reads.map(({ repository, tag }) => `${registryHost}/${repository}:${tag}`) };
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
