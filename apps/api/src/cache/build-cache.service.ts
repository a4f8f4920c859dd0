import type { BuildCache } from '@cooperage/contracts';
import {
  type BuildDetailRecord,
  BuildDetails,
  BuildRelations,
  CacheFactsRepository,
  ProjectRepository,
} from '@cooperage/db';
import {
  cacheEconomy,
  cacheExport,
  cacheImports,
  cacheReference,
  type Digest,
  inTurns,
  type ReadCache,
  type StepVerdict,
  timedSteps,
  whyStepsRanSliced,
} from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { readableBuild } from '../builds/readable-build.js';
import { found } from '../http/problem.js';
import { pageWaitMs, SharedSlots } from '../http/shared-slots.js';

/** Explanations at once in this process: each has the contexts of up to nine builds in memory. */
const slots = { total: 4, perKey: 2, maxWaitMs: pageWaitMs, maxWaiting: 6 };

/** Tells of a build's cache from what the builder and the service recorded: nothing is asked of any registry. */
@Injectable()
export class BuildCacheService {
  private readonly slots = new SharedSlots('explanations of caches', slots);

  constructor(
    private readonly details: BuildDetails,
    private readonly relations: BuildRelations,
    private readonly facts: CacheFactsRepository,
    private readonly projects: ProjectRepository,
  ) {}

  async get(principal: Principal, id: string): Promise<BuildCache> {
    const organizationIds = organizationIdsOf(principal);
    const build = readableBuild(found(await this.details.find(id, organizationIds)));
    const project = found(await this.projects.find(build.projectId, organizationIds));
    const steps = await this.steps(build);
    const {
      zone,
      cachePolicy: policy,
      cacheBackend: backend,
      isolated,
      cacheExport: state,
      cacheExportNote: note,
      cacheMode: mode,
      cacheModeWhy: why,
    } = build;
    const written = cacheExport(build);
    return {
      ...{ zone, policy, backend, isolated },
      reads: readsOf(build, project.defaultBranch),
      read: readBy(build),
      writes: written && textOf(written),
      export: { state, note, mode, why },
      economy: await this.economy(build),
      steps,
    };
  }

  /** @throws {ApiProblem} `rate_limited` while the organization has its share of explanations under way */
  private async steps({ id, organizationId }: BuildDetailRecord): Promise<BuildCache['steps']> {
    const release = await this.slots.take(organizationId);
    try {
      const now = await this.facts.find(id);
      if (!now) return [];
      const earlier = await this.facts.earlier(id);
      const verdicts = await inTurns(whyStepsRanSliced(now, earlier));
      return verdicts.map(({ ordinal, target, startLine, endLine, cached, reason, against }) => ({
        ...{ ordinal, target, startLine, endLine, cached, against },
        reason: reason && plain(reason),
      }));
    } finally {
      release();
    }
  }

  private async economy(build: BuildDetailRecord): Promise<BuildCache['economy']> {
    const attempt = build.attempts.find(({ number }) => number === build.attemptNumber);
    if (!attempt) return cacheEconomy([]);
    const [steps, times] = await Promise.all([this.details.steps(attempt.id), this.relations.stepTimes(build)]);
    return cacheEconomy(timedSteps(steps, times));
  }
}

type Reason = NonNullable<StepVerdict['reason']>;

function plain(reason: Reason): NonNullable<BuildCache['steps'][number]['reason']> {
  return reason.kind === 'files' ? { ...reason, changes: [...reason.changes] } : reason;
}

function readsOf(build: BuildDetailRecord, defaultBranch: string | null): BuildCache['reads'] {
  if (build.noCache || build.afterReset) return [];
  return cacheImports(build, defaultBranch).map((read) => ({
    ...{ zone: read.zone, ref: read.ref },
    reference: textOf(read),
  }));
}

function readBy(build: BuildDetailRecord): BuildCache['read'] {
  const attempt = build.attempts.find(({ number }) => number === build.attemptNumber);
  if (!attempt?.cacheRead) return null;
  const { cache, none, passed } = attempt.cacheRead;
  return {
    cache: cache && presentRead(cache, build, attempt.claimedAt),
    none,
    passed: passed.map(({ role, zone, ref, why, writtenAt, eviction }) => ({
      ...{ role, zone, ref, why, writtenAt, eviction },
    })),
  };
}

function presentRead(
  { role, zone, ref, epoch, digest, writtenAt, writtenBy }: ReadCache,
  { projectId, platform }: BuildDetailRecord,
  claimedAt: Date | null,
): NonNullable<NonNullable<BuildCache['read']>['cache']> {
  const reference = cacheReference(projectId, { zone, ref, platform, epoch });
  const ageMs = writtenAt && claimedAt ? claimedAt.getTime() - Date.parse(writtenAt) : null;
  return {
    ...{ role, zone, ref, digest: digest as Digest | null, writtenAt, writtenBy, ageMs },
    reference: digest ? `${reference.repository}@${digest}` : textOf(reference),
  };
}

function textOf({ repository, tag }: { readonly repository: string; readonly tag: string }): string {
  return `${repository}:${tag}`;
}
