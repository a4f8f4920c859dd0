import type { BuildProject, BuildRecord, ClaimedAttempt, ReadTarget } from '@cooperage/db';
import {
  type EngineSpaces,
  engineSpaces,
  type GrantedResources,
  grantResources,
  type Lane,
  type MachineSize,
  type ManifestEntry,
  madeFrom,
  mayBorrow,
  type ResolvedDefinition,
  stagingRepository,
  stepMark,
  timeNotes,
} from '@cooperage/domain';
import type { BuildRequest } from '@cooperage/engines';
import type { BuildContext, Source } from '@cooperage/source';
import type { BuildAccess } from '../access/build-access.js';
import type { BuildDefinitions } from './build-definitions.js';
import type { CachePlan, CachePlans } from './cache-plans.js';
import { engineReference } from './engine-reference.js';
import { imageLabels } from './image-labels.js';
import { manifestOf, namedContextsOf, requestedContexts } from './named-contexts.js';
import { contextPaths, namesOf, networkOf, requestedTarget, takesNothing, targetInputs } from './requested-targets.js';

export interface BuildRequestsOptions {
  readonly registryHost: string;
  readonly publicUrl: string;
  readonly cgroupParent: string | null;
  /** Of this builder. */
  readonly lane: Lane;
  /** What its builds share. */
  readonly machine: MachineSize;
}

/** What a request follows from beside the build itself. */
interface RequestFacts {
  readonly resolved: ResolvedDefinition | null;
  readonly spaces: EngineSpaces;
  readonly granted: GrantedResources;
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
  /** The same of other targets of its definition. */
  readonly targets: readonly ReadTarget[];
  /** Where its results will be, see `resultSpace`. */
  readonly resultSpace: string;
  /** What it asked for of its machine and did not get, for a person. */
  readonly lowered: readonly string[];
}

/** Makes the engine's request of a claimed attempt: exactly its commit, its project's secrets, its zone's references. */
export class BuildRequests {
  constructor(
    private readonly source: Pick<Source, 'prepare' | 'contexts'>,
    private readonly definitions: BuildDefinitions,
    private readonly plans: Pick<CachePlans, 'make'>,
    private readonly options: BuildRequestsOptions,
  ) {}

  /** @throws {BuildFailure} when the commit, context or Dockerfile is not there */
  async prepare(attempt: ClaimedAttempt, access: BuildAccess, signal: AbortSignal): Promise<PreparedBuild> {
    const { ref, commit } = attempt.build;
    await this.source.prepare(access.source, { ref, commit }, signal);
    const resolved = await this.definitions.resolve(attempt.build, access.source, signal);
    return this.prepareResolved(attempt, access, resolved, signal);
  }

  /**
   * The same for an attempt that has built, of a commit that was fetched before: no git host is asked, and none can keep anybody
   * waiting. A definition stands for what this attempt wrote down: it may say something else each time, by the clock for example.
   * @throws {BuildFailure} as `prepare` does; `SourceUnavailable` when the mirror has lost the commit since
   */
  async prepareStored(attempt: ClaimedAttempt, access: BuildAccess, signal: AbortSignal): Promise<PreparedBuild> {
    const { definition, resolved } = attempt.build;
    const known = definition === null ? null : resolved;
    const read = known ?? (await this.definitions.resolve(attempt.build, access.source, signal));
    return this.prepareResolved(attempt, access, read, signal);
  }

  private async prepareResolved(
    attempt: ClaimedAttempt,
    access: BuildAccess,
    resolved: ResolvedDefinition | null,
    signal: AbortSignal,
  ): Promise<PreparedBuild> {
    const { build } = attempt;
    const made = madeFrom({ ...build, resolved });
    const named = namedContextsOf(made.namedContexts, namesOf(resolved?.targets));
    const own = { ...made, named, inline: resolved?.dockerfileInline ?? null };
    const targets = targetInputs(build.definition, resolved);
    const paths = [own, ...targets].map(contextPaths);
    const [context, ...contexts] = await this.source.contexts(access.source, build.commit, paths, signal);
    const caches = await this.plans.make(build, { ...access.project, asked: resolved?.noCache === true }, signal);
    const spaces = await this.spaces(attempt, access, caches);
    const granted = grantResources(build.limits, access.project.ceilings, this.options.machine);
    return {
      request: {
        ...this.request(attempt, access, context!, { resolved, spaces, granted }),
        ...caches.sources,
        ...{ target: made.target ?? undefined, buildArgs: made.buildArgs },
        namedContexts: requestedContexts(named, context!),
        targets: targets.map((target, index) => requestedTarget(target, contexts[index]!, build)),
      },
      ...(resolved && { resolved }),
      caches,
      resultSpace: spaces.results,
      lowered: [...granted.notes, ...timeNotes(build.limits)],
      dockerfile: textOf(context!),
      manifest: manifestOf(context!),
      targets: targets.map(({ target: { name } }, index) => {
        const read = contexts[index]!;
        return { name, dockerfile: textOf(read), manifest: manifestOf(read) };
      }),
    };
  }

  private request(
    attempt: ClaimedAttempt,
    { project, secrets, registryAuth }: BuildAccess,
    context: BuildContext,
    { resolved, spaces, granted }: RequestFacts,
  ): Omit<BuildRequest, 'target' | 'targets' | 'buildArgs' | 'namedContexts' | 'cacheImports'> {
    const { build } = attempt;
    const { registryHost, cgroupParent } = this.options;
    const labels = imageLabels(build, this.labelFacts(project, build));
    const { cpus, memoryBytes, pids, diskBytes } = granted;
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
      noCache: resolved?.noCache || takesNothing(build),
      cacheMountNamespace: spaces.mounts,
      ...(spaces.mark !== null && { stepMark: spaces.mark }),
      strangers: build.zone === 'fork',
      onlyImages: build.limits.network === 'none',
      limits: {
        memoryBytes,
        pids,
        ...(cpus < this.options.machine.cpus && { cpus }),
        diskBytes,
        ...(cgroupParent !== null && { cgroupParent }),
        networkMode: networkOf(build, resolved),
        // The engine counts the group's name into the cache keys of steps: builds that may share results share a group.
        group: spaces.results,
      },
    };
  }

  /** An export finds the results where the build has put them, whatever there is to read meanwhile. */
  private async spaces(
    { build, attemptId, resultSpace }: ClaimedAttempt,
    { withheld }: BuildAccess,
    caches: CachePlan,
  ): Promise<EngineSpaces> {
    const borrows = mayBorrow({ zone: build.zone, lane: this.options.lane, secretsWithheld: withheld });
    const borrowedSpace = borrows ? await caches.space() : null;
    const spaces = engineSpaces({ ...build, attemptId, borrowedSpace });
    return resultSpace === undefined ? spaces : { ...spaces, results: resultSpace, mark: stepMark(build, resultSpace) };
  }

  private labelFacts(project: BuildProject, { remoteUrl }: BuildRecord) {
    return {
      projectName: project.slug,
      organizationName: project.organizationSlug,
      sourceUrl: remoteUrl,
      projectUrl: `${this.options.publicUrl}/p/${project.organizationSlug}/${project.slug}`,
    };
  }
}

function textOf({ dockerfile }: BuildContext): string {
  return Buffer.from(dockerfile.content).toString('utf8');
}
