import type { BuildStatus } from '@cooperage/domain';
import type { Database } from '../database.js';
import type { Prisma } from '../generated/client.js';
import { newestVerifications } from '../image/newest-verification.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import { toBuildRecord } from './build-mapping.js';
import type { BuildRecord } from './build-record.js';
import { type BuildSummaryRecord, toSummaryRecord, withProjectNames } from './build-summary.js';

/** Each filter narrows; values are compared as they are, never as patterns. */
export interface BuildFilter {
  readonly projectId?: string;
  readonly status?: BuildStatus;
  readonly ref?: string;
  /** The first digits of a commit id, in lower-case hex. */
  readonly commit?: string;
}

/** Lists of builds, newest first, bounded to organizations. One descent of an index each, at any depth. */
export class BuildLists {
  constructor(private readonly db: Database) {}

  async list(
    organizationIds: readonly string[],
    filter: BuildFilter,
    query: KeysetQuery,
  ): Promise<KeysetPage<BuildSummaryRecord>> {
    // One index serves one organization; the few lists of a person's organizations are merged here.
    const lists = await Promise.all(organizationIds.map((id) => this.rows(id, filter, query)));
    const rows = lists
      .flat()
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, query.limit + 1);
    const verified = await newestVerifications(this.db.prisma, rows);
    return toPage(
      rows,
      query.limit,
      (row) => row.id,
      (row) => toSummaryRecord(row, verified),
    );
  }

  /**
   * Builds whose state pages may have missed while notifications were lost: those that run, and those that ended within
   * `sinceMs`. Not bounded to an organization: for the process that tells each viewer of its own.
   */
  async recentlyChanged(sinceMs: number, limit: number): Promise<BuildRecord[]> {
    const since = new Date(Date.now() - sinceMs);
    const rows = await this.db.prisma.build.findMany({
      where: { OR: [{ finishedAt: null }, { finishedAt: { gt: since } }] },
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows.map(toBuildRecord);
  }

  private rows(organizationId: string, filter: BuildFilter, query: KeysetQuery) {
    return this.db.prisma.build.findMany({
      where: {
        organizationId,
        project: { deletedAt: null },
        ...(filter.projectId !== undefined && { projectId: filter.projectId }),
        ...(filter.status !== undefined && { status: filter.status }),
        ...(filter.ref !== undefined && { ref: filter.ref }),
        ...(filter.commit !== undefined && { commit: commitRange(filter.commit) }),
        ...(query.after && { id: { lt: query.after } }),
      },
      include: withProjectNames,
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    });
  }
}

/** Commit ids that begin with `prefix`, without pattern matching: `g` follows `f` in the order of hex digits. */
function commitRange(prefix: string): Prisma.StringFilter {
  return { gte: prefix, lt: `${prefix}g` };
}
