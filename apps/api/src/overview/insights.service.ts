import { type Insights, type InsightsQuery, insightDaySchema } from '@cooperage/contracts';
import { BuildLists, type CauseFacts, type DayFacts, type GrownFacts, InsightRepository } from '@cooperage/db';
import { isFailureCode, readBuildFilter } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { presentBuildSummary } from '../builds/present-build.js';
import { csvOf, everyDay } from './days.js';

const nothing = { succeeded: 0, broken: 0, other: 0, steps: 0, reusedSteps: 0 };
const unknown = { medianMs: null, p95Ms: null, medianWaitMs: null, p95WaitMs: null, medianBytes: null };

/** Numbers behind the questions of the insights page, over the builds that pass a filter. */
@Injectable()
export class InsightsService {
  constructor(
    private readonly insights: InsightRepository,
    private readonly lists: BuildLists,
    private readonly share: StatisticsShare,
  ) {}

  async get(principal: Principal, query: InsightsQuery): Promise<Insights> {
    const ids = organizationIdsOf(principal);
    if (ids.length === 0)
      return { days: eachDay([], query.days), slowest: [], longestWaits: [], causes: [], grown: [] };
    const read = readBuildFilter(query.filter ?? '');
    const filter = {
      terms: read.ok ? read.terms : [],
      reader: { name: principal.name, email: principal.email },
    };
    const share = <T>(work: () => Promise<T>) => this.share.run(principal, work);
    const [days, causes, slowest, waits, grown] = await Promise.all([
      share(() => this.insights.days(ids, filter, query.days)),
      share(() => this.insights.causes(ids, filter, query.days)).then((facts) => this.withNewest(facts)),
      share(() => this.insights.longest(ids, filter, query.days, 'run')).then((found) => this.lists.named(found)),
      share(() => this.insights.longest(ids, filter, query.days, 'wait')).then((found) => this.lists.named(found)),
      share(() => this.insights.grown(ids, filter, query.days)).then((facts) => this.withBuild(facts)),
    ]);
    return {
      days: eachDay(days, query.days),
      slowest: slowest.map(presentBuildSummary),
      longestWaits: waits.map(presentBuildSummary),
      causes,
      grown,
    };
  }

  /** The days as a table for other programs, RFC 4180. */
  async table(principal: Principal, query: InsightsQuery): Promise<string> {
    return csvOf(insightDaySchema.keyof().options, (await this.get(principal, query)).days);
  }

  private async withBuild(facts: readonly GrownFacts[]): Promise<Insights['grown']> {
    const builds = await this.lists.named(facts.map(({ buildId }) => buildId));
    return facts.flatMap(({ buildId, beforeBytes, afterBytes }) => {
      const build = builds.find(({ id }) => id === buildId);
      return build ? [{ beforeBytes, afterBytes, build: presentBuildSummary(build) }] : [];
    });
  }

  private async withNewest(facts: readonly CauseFacts[]): Promise<Insights['causes']> {
    const builds = await this.lists.named(facts.map(({ newestId }) => newestId));
    return facts.flatMap(({ code, fingerprint, count, newestId }) => {
      const newest = builds.find(({ id }) => id === newestId);
      return newest && isFailureCode(code) ? [{ code, fingerprint, count, newest: presentBuildSummary(newest) }] : [];
    });
  }
}

function eachDay(known: readonly DayFacts[], count: number): DayFacts[] {
  return everyDay(known, count, Date.now(), (day) => ({ day, ...nothing, ...unknown }));
}
