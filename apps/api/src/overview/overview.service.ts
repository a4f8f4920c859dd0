import type { Attention, DayCounts, OverviewQuery } from '@cooperage/contracts';
import {
  type BuildFilter,
  BuildLists,
  type FoundImageRecord,
  ImageLists,
  InsightRepository,
  OverviewRepository,
  type SilenceRecord,
  SilenceRepository,
  type UnverifiedImage,
} from '@cooperage/db';
import { type BuildTerm, type Digest, isNearlyFull, readBuildFilter } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { presentBuildSummary } from '../builds/present-build.js';
import { pageWaitMs, SharedSlots } from '../http/shared-slots.js';
import { UsageService } from '../organizations/usage.service.js';
import { LaneForetellingService } from '../workers/lane-foretelling.service.js';
import { everyDay } from './days.js';

const stripDays = 14;
const mostFailing = 20;
const mostSilent = 20;
/** Everybody has this page open: it does not wait behind other statistics, nor they behind it. */
const slots = { total: 6, perKey: 2, perGroup: 4, maxWaitMs: pageWaitMs, maxWaiting: 256 };

function terms(text: string): readonly BuildTerm[] {
  const read = readBuildFilter(text);
  return read.ok ? read.terms : [];
}

/** A tagged image that does not verify, the newest of its project or not. */
function asUnverified(image: FoundImageRecord): UnverifiedImage {
  const { projectId, organizationSlug, projectSlug, digest, verifiedAt } = image;
  return { projectId, organizationSlug, projectSlug, digest, checkedAt: verifiedAt };
}

function asSilent({ commit: _, evaluatedCommit: __, lastDeliveryAt, checkedAt, ...hook }: SilenceRecord): Attention {
  const times = { lastDeliveryAt: lastDeliveryAt.toISOString(), checkedAt: checkedAt.toISOString() };
  return { kind: 'hook_silent', ...hook, ...times };
}

/** Each image once. */
function unlike(images: readonly UnverifiedImage[]): UnverifiedImage[] {
  return [...new Map(images.map((image) => [`${image.projectId} ${image.digest}`, image])).values()];
}

/** What goes on, what needs somebody, and how the last two weeks went. */
@Injectable()
export class OverviewService {
  private readonly slots = new SharedSlots('overviews', slots, 'person');

  constructor(
    private readonly overview: OverviewRepository,
    private readonly insights: InsightRepository,
    private readonly lists: BuildLists,
    private readonly images: ImageLists,
    private readonly silences: SilenceRepository,
    private readonly lanes: LaneForetellingService,
    private readonly usage: UsageService,
  ) {}

  /** @throws {ApiProblem} `rate_limited` while the person or their organizations have their share of what walks over builds */
  async get(principal: Principal, query: OverviewQuery) {
    const organizationIds = organizationIdsOf(principal);
    const reader = { name: principal.name, email: principal.email };
    const lately = { terms: terms(`author:me since:${stripDays}d`), reader };
    const share = <T>(work: () => Promise<T>) =>
      this.slots.during(work, principal.userId, organizationIds.toSorted().join(' '));
    const hasOwn = () => share(() => this.lists.any(organizationIds, lately));
    const scope = query.scope ?? ((await hasOwn()) ? 'mine' : 'all');
    const filter = { terms: scope === 'mine' ? terms('author:me') : [], reader };
    const isMine = ({ commitAuthor, triggeredBy }: { commitAuthor: string; triggeredBy: string | null }): boolean =>
      scope === 'all' || [reader.name, reader.email].includes(commitAuthor) || triggeredBy === reader.name;
    const [active, attention, days] = await Promise.all([
      this.overview.active(organizationIds).then((ids) => this.lists.named(ids)),
      this.attention(principal, isMine),
      share(() => this.days(organizationIds, filter)),
    ]);
    return { scope, active: active.filter(isMine).map(presentBuildSummary), attention, days };
  }

  /** Builds are somebody's; images, hooks and workers concern everybody. */
  private async attention(
    principal: Principal,
    isMine: (build: { commitAuthor: string; triggeredBy: string | null }) => boolean,
  ): Promise<Attention[]> {
    const organizationIds = organizationIdsOf(principal);
    const [builders, loops, broken, images, failing, hooks, silent, tokens, pools, quotas] = await Promise.all([
      this.overview.builders(),
      this.overview.stuckLoops(),
      this.overview.brokenDefaultBranches(organizationIds).then((ids) => this.lists.named(ids)),
      this.overview.unverifiedImages(organizationIds),
      this.images.failing(organizationIds, mostFailing),
      this.overview.failingHooks(organizationIds),
      this.silences.list(organizationIds),
      this.overview.expiringTokens(principal.userId, organizationIds),
      principal.administrator ? this.untrustedBuilder() : [],
      this.usage.warnings(principal),
    ]);
    return [
      ...(builders.length > 0 ? [] : [{ kind: 'no_worker' } as const]),
      ...pools,
      ...quotas,
      ...loops.map((loop) => ({ kind: 'loop_stuck', ...loop }) as const),
      ...builders.flatMap(({ id, name, disk }) =>
        disk && isNearlyFull(disk) ? [{ kind: 'disk_full', workerId: id, workerName: name, ...disk } as const] : [],
      ),
      ...broken
        .filter(isMine)
        .map((build) => ({ kind: 'default_branch_broken', build: presentBuildSummary(build) }) as const),
      ...unlike([...images, ...failing.map(asUnverified)]).map(({ digest, checkedAt, ...project }) => {
        const checked = { digest: digest as Digest, checkedAt: checkedAt?.toISOString() ?? null };
        return { kind: 'image_unverified', ...project, ...checked } as const;
      }),
      ...hooks.map(({ at, ...hook }) => ({ kind: 'hook_failing', ...hook, at: at.toISOString() }) as const),
      ...silent.slice(0, mostSilent).map(asSilent),
      ...tokens.map(({ expiresAt, ...token }) => {
        return { kind: 'token_expiring', ...token, expiresAt: expiresAt.toISOString() } as const;
      }),
    ];
  }

  /** For administrators: only they can start a builder. */
  private async untrustedBuilder(): Promise<Attention[]> {
    const missing = await this.lanes.look();
    if (!missing || missing.organizations === 0) return [];
    const { organizations, says, next } = missing;
    return [{ kind: 'untrusted_builder_missing', organizations, message: says, action: next }];
  }

  private async days(organizationIds: string[], filter: BuildFilter): Promise<DayCounts[]> {
    const known = organizationIds.length === 0 ? [] : await this.insights.days(organizationIds, filter, stripDays);
    const counts = known.map(({ day, succeeded, broken, other }) => ({ day, succeeded, broken, other }));
    return everyDay(counts, stripDays, Date.now(), (day) => ({ day, succeeded: 0, broken: 0, other: 0 }));
  }
}
