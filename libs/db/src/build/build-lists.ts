import type { BuildStatus, BuildTerm, Phase } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import { twoAtOnce } from '../two-at-once.js';
import { conditionsOf, type Reader } from './build-filter-sql.js';
import { type BuildSummaryRecord, summaries, summaryColumns } from './build-summary.js';
import { type AnnouncedBuild, announcedColumns } from './listed-build.js';

/** Each part narrows; values are compared as they are, never as patterns. */
export interface BuildFilter {
  readonly projectId?: string;
  readonly status?: BuildStatus;
  readonly ref?: string;
  /** The first digits of a commit id, in lower-case hex. */
  readonly commit?: string;
  /** Terms of the filter language, and who asks. */
  readonly terms?: readonly BuildTerm[];
  readonly reader: Reader;
}

/** Exact up to here; beyond, lists say `1k+`. */
export const mostCounted = 1000;

/** Lists of builds, newest first, bounded to organizations. One descent of an index each, at any depth. */
export class BuildLists {
  constructor(private readonly db: Database) {}

  async list(
    organizationIds: readonly string[],
    filter: BuildFilter,
    query: KeysetQuery,
  ): Promise<KeysetPage<BuildSummaryRecord>> {
    // One index serves one organization; the few lists of a person's organizations are merged here.
    const lists = await twoAtOnce(organizationIds, (id) => this.ids(id, filter, query));
    const ids = lists
      .flat()
      .sort((a, b) => (a < b ? 1 : -1))
      .slice(0, query.limit + 1);
    const page = toPage(
      ids,
      query.limit,
      (id) => id,
      (id) => id,
    );
    return { items: await this.named(page.items), next: page.next };
  }

  /** How many builds pass, exact up to `mostCounted`; one more than that means "more". */
  async count(organizationIds: readonly string[], filter: BuildFilter): Promise<number> {
    const all = { after: null, limit: mostCounted };
    const counts = await twoAtOnce(organizationIds, async (id) => {
      const [row] = await this.db.prisma.$queryRaw<{ count: number }[]>`
        SELECT count(*)::int AS count FROM (${idsSql(id, filter, all)}) AS bounded`;
      return row?.count ?? 0;
    });
    return Math.min(
      counts.reduce((sum, count) => sum + count, 0),
      mostCounted + 1,
    );
  }

  /** Whether any build passes. */
  async any(organizationIds: readonly string[], filter: BuildFilter): Promise<boolean> {
    const lists = await twoAtOnce(organizationIds, (id) => this.ids(id, filter, { after: null, limit: 0 }));
    return lists.some((ids) => ids.length > 0);
  }

  /** Builds with what lists show of them, in the order of `ids`; those that are gone are left out. */
  async named(ids: readonly string[]): Promise<BuildSummaryRecord[]> {
    if (ids.length === 0) return [];
    const rows = await this.db.prisma.build.findMany({ where: { id: { in: [...ids] } }, select: summaryColumns });
    const byId = new Map((await summaries(this.db.prisma, rows)).map((build) => [build.id, build]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /**
   * Builds whose state pages may have missed while notifications were lost: those that run, and those that ended within
   * `sinceMs`. Not bounded to an organization: for the process that tells each viewer of its own.
   */
  async recentlyChanged(sinceMs: number, limit: number): Promise<AnnouncedBuild[]> {
    const changed = await this.db.prisma.$queryRaw<{ id: string }[]>(changedSql(sinceMs, limit));
    const rows = await this.db.prisma.build.findMany({
      where: { id: { in: changed.map(({ id }) => id) } },
      orderBy: { id: 'desc' },
      select: announcedColumns,
    });
    return rows.map((row) => ({ ...row, status: row.status as BuildStatus, phase: row.phase as Phase | null }));
  }

  private async ids(organizationId: string, filter: BuildFilter, query: KeysetQuery): Promise<string[]> {
    const rows = await this.db.prisma.$queryRaw<{ id: string }[]>(idsSql(organizationId, filter, query));
    return rows.map(({ id }) => id);
  }
}

/** @internal Reads what is open and what ended since, each along an index of its own, and no build that ended before (R14B-1). */
export function changedSql(sinceMs: number, limit: number): Prisma.Sql {
  return Prisma.sql`
    WITH open AS MATERIALIZED (SELECT id FROM build WHERE finished_at IS NULL), ended AS MATERIALIZED (
      SELECT id FROM build WHERE finished_at > now() - ${sinceMs} * interval '1 millisecond' ORDER BY finished_at DESC LIMIT ${limit})
    SELECT id::text FROM (SELECT id FROM open UNION ALL SELECT id FROM ended) changed ORDER BY changed.id DESC LIMIT ${limit}`;
}

/** The hot query: it walks an index from the page's end on and stops after one row more than the page. */
export function idsSql(organizationId: string, filter: BuildFilter, { after, limit }: KeysetQuery): Prisma.Sql {
  const conditions = filterConditions(organizationId, filter);
  if (after !== null) conditions.push(Prisma.sql`b.id < ${after}::uuid`);
  return Prisma.sql`
    SELECT b.id::text AS id FROM build b JOIN project p ON p.id = b.project_id
    WHERE b.organization_id = ${organizationId} AND p.deleted_at IS NULL${and(conditions)}
    ORDER BY b.id DESC LIMIT ${limit + 1}`;
}

export function filterConditions(organizationId: string, filter: BuildFilter): Prisma.Sql[] {
  const { projectId, status, ref, commit, terms = [], reader } = filter;
  const conditions = conditionsOf(terms, { organizationId, reader, nowMs: Date.now() });
  if (projectId !== undefined) conditions.push(Prisma.sql`b.project_id = ${projectId}::uuid`);
  if (status !== undefined) conditions.push(Prisma.sql`b.status = ${status}`);
  if (ref !== undefined) conditions.push(Prisma.sql`b.ref = ${ref}`);
  // Commit ids that begin alike, without pattern matching: `g` follows `f` in the order of hex digits.
  if (commit !== undefined) conditions.push(Prisma.sql`(b.commit >= ${commit} AND b.commit < ${`${commit}g`})`);
  return conditions;
}

export function and(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.empty : Prisma.sql` AND ${Prisma.join([...conditions], ' AND ')}`;
}
