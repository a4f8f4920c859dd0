import type { BuildCountQuery, BuildGroup, BuildGroupsQuery, BuildListQuery } from '@cooperage/contracts';
import { type BuildFilter, BuildGroups, BuildLists, mostCounted } from '@cooperage/db';
import { readBuildFilter } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { CursorCodec } from '../http/cursor.js';
import { presentBuildSummary } from './present-build.js';

interface Scope {
  readonly organizationIds: string[];
  readonly filter: BuildFilter;
}

const looksAtOnce = 4;

/** Lists, counts and groups of builds, all by the same filter. */
@Injectable()
export class BuildListsService {
  constructor(
    private readonly lists: BuildLists,
    private readonly builds: BuildGroups,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    private readonly share: StatisticsShare,
  ) {}

  async list(principal: Principal, { cursor, limit, ...query }: BuildListQuery) {
    const { organizationIds, filter } = await this.scope(principal, query);
    const list = `builds ${JSON.stringify([query.project, query.status, query.ref, query.commit, query.filter])}`;
    const read = () => this.lists.list(organizationIds, filter, this.cursors.query(list, { cursor, limit }));
    // A filter that few builds pass is a walk over all of them.
    const page = await (isNarrowed(filter) ? this.share.run(principal, read) : read());
    return this.cursors.page(list, page, presentBuildSummary);
  }

  /** Where nothing passes, each term is left out once: at most twenty looks, each of which stops at its first build. */
  async count(principal: Principal, query: BuildCountQuery) {
    const { organizationIds, filter } = await this.scope(principal, query);
    const count = await this.share.run(principal, () => this.lists.count(organizationIds, filter));
    const excluding = count > 0 ? [] : await this.excluding(principal, { organizationIds, filter });
    return { count: Math.min(count, mostCounted), more: count > mostCounted, excluding };
  }

  /** Places of the terms without which a build would pass. A few looks at once, so that one call fills no queue. */
  private async excluding(principal: Principal, { organizationIds, filter }: Scope): Promise<number[]> {
    const { terms = [] } = filter;
    const passes: boolean[] = [];
    while (passes.length < terms.length) {
      const next = terms.slice(passes.length, passes.length + looksAtOnce).map((_, at) => passes.length + at);
      const looks = next.map((at) => {
        const without = { ...filter, terms: terms.toSpliced(at, 1) };
        return this.share.run(principal, () => this.lists.any(organizationIds, without));
      });
      passes.push(...(await Promise.all(looks)));
    }
    return passes.flatMap((passed, index) => (passed ? [index] : []));
  }

  async groups(principal: Principal, { by, ...query }: BuildGroupsQuery) {
    const { organizationIds, filter } = await this.scope(principal, query);
    const rows = await this.share.run(principal, () => this.builds.list(organizationIds, by, filter));
    const newest = new Map(
      (await this.lists.named(rows.map(({ newestId }) => newestId))).map((build) => [build.id, build]),
    );
    const items = rows.flatMap((row): BuildGroup[] => {
      const build = newest.get(row.newestId);
      if (!build) return [];
      const { key, count } = row;
      return [
        {
          ...{ key, count, firstAt: row.firstAt.toISOString(), lastAt: row.lastAt.toISOString() },
          projects: [...row.projects],
          statuses: [...row.statuses] as BuildGroup['statuses'],
          newest: presentBuildSummary(build),
          retryIds: [...row.retryIds],
        },
      ];
    });
    return { items, next: null };
  }

  private async scope(principal: Principal, query: BuildCountQuery): Promise<Scope> {
    const { project, filter: text = '', ...rest } = query;
    const read = readBuildFilter(text);
    const organizationIds =
      project === undefined
        ? organizationIdsOf(principal)
        : [(await this.access.project(principal, project)).organizationId];
    const reader = { name: principal.name, email: principal.email };
    return { organizationIds, filter: { ...rest, projectId: project, terms: read.ok ? read.terms : [], reader } };
  }
}

function isNarrowed({ status, ref, commit, terms = [] }: BuildFilter): boolean {
  return terms.length > 0 || [status, ref, commit].some((value) => value !== undefined);
}
