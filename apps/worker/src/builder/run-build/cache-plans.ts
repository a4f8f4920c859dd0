import type { BuildRecord, CacheReadRepository } from '@cooperage/db';
import {
  type CacheCandidate,
  type CacheRead,
  type CacheReadFact,
  cacheImports,
  chosenOf,
  localCacheName,
  noRead,
  readFact,
} from '@cooperage/domain';
import type { BuildRequest, EngineEvent } from '@cooperage/engines';
import type { Logger } from '@cooperage/telemetry';
import { outlast } from '../../shared/outlast.js';

/** What an engine is told to read, and what that will have been. */
export interface CachePlan {
  readonly sources: Pick<BuildRequest, 'cacheImports' | 'cacheRepositories' | 'localCaches'>;
  /** Where the results are that it reads (`resultSpace`); null where it reads none, or nobody knows any more. */
  space(): Promise<string | null>;
  /** What is to be written down when the engine has said what it reads. */
  factOf(told: Extract<EngineEvent, { type: 'cache' }>): CacheReadFact;
}

/** Which cache a build reads: one of those that it may, by what was written down when they were left. */
export class CachePlans {
  constructor(
    private readonly reads: Pick<CacheReadRepository, 'candidates' | 'spaceOf'>,
    private readonly registryHost: string,
    private readonly logger: Logger,
  ) {}

  /** @param project with whether its definition asks for a build without a cache */
  async make(
    build: BuildRecord,
    project: { readonly defaultBranch: string | null; readonly asked: boolean },
    signal: AbortSignal,
  ): Promise<CachePlan> {
    const { defaultBranch } = project;
    if (build.cachePolicy === 'none') return nothing('policy');
    if (build.noCache || project.asked) return nothing('asked');
    if (build.afterReset) return nothing('reset');
    if (build.cacheBackend === 'local') return onDisk(build, defaultBranch);
    const candidates = await outlast(() => this.reads.candidates(build, defaultBranch), this.logger, signal);
    return this.inRegistry(build.projectId, candidates);
  }

  /**
   * By the digest that was written down when it was exported: what somebody else put under the tag is not read (S-113). An
   * engine that keeps a tag for each step looks through the repositories by itself.
   */
  private inRegistry(projectId: string, candidates: readonly CacheCandidate[]): CachePlan {
    const named = (name: string) => `${this.registryHost}/${name}`;
    const repositories = candidates.map(({ repository }) => named(repository));
    const chosen = chosenOf(candidates, new Date());
    const imports = chosen?.stored ? [named(`${chosen.repository}@${chosen.stored.digest}`)] : [];
    const unknown = withoutContent(candidates);
    return {
      sources: { cacheImports: imports, cacheRepositories: repositories },
      // No build fails for it: then it finds copies only.
      space: async () =>
        chosen?.stored ? this.reads.spaceOf(projectId, chosen.stored.writtenBy).catch(() => null) : null,
      factOf: ({ name, missing }) => {
        if (missing) return readFact(candidates, chosen, null);
        if (name !== null && name === imports[0]) return readFact(candidates, chosen, chosen);
        if (name === null && chosen === null) return readFact(candidates, null, null);
        return readFact(unknown, null, unknown[repositories.indexOf(name ?? '')] ?? null);
      },
    };
  }
}

/** What of it this worker has on its disk the engine finds out by itself. */
function onDisk(build: BuildRecord, defaultBranch: string | null): CachePlan {
  const candidates = withoutContent(cacheImports(build, defaultBranch));
  const names = candidates.map(localCacheName);
  return {
    sources: { cacheImports: [], localCaches: names },
    space: async () => null,
    factOf: ({ name, digest }) => readFact(candidates, null, candidates[names.indexOf(name ?? '')] ?? null, digest),
  };
}

/** For an engine that looks for itself: what is written down tells nothing of what it finds. */
function withoutContent(reads: readonly CacheRead[]): CacheCandidate[] {
  return reads.map((read) => ({ ...read, stored: null, evicted: null }));
}

function nothing(none: Parameters<typeof noRead>[0]): CachePlan {
  return { sources: { cacheImports: [] }, space: async () => null, factOf: () => noRead(none) };
}
