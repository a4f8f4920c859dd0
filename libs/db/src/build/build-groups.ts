import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { twoAtOnce } from '../two-at-once.js';
import { and, type BuildFilter, filterConditions } from './build-lists.js';

export type GroupKind = 'commit' | 'failure';

export interface BuildGroupRow {
  /** A commit id or a fingerprint. */
  readonly key: string;
  readonly count: number;
  readonly newestId: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** Short names of the projects, at most ten. */
  readonly projects: readonly string[];
  readonly statuses: readonly string[];
  /** The newest build of each project, rule and ref of the group, where that is broken still: what a retry would mend. */
  readonly retryIds: readonly string[];
}

/** Groups are made of so many of the newest builds that pass. */
export const groupedBuilds = 1000;
const mostGroups = 50;
const mostRetries = 50;

/** Builds that belong together, the group with the newest build first. The work is bounded by `groupedBuilds`. */
export class BuildGroups {
  constructor(private readonly db: Database) {}

  async list(organizationIds: readonly string[], kind: GroupKind, filter: BuildFilter): Promise<BuildGroupRow[]> {
    const lists = await twoAtOnce(organizationIds, (id) => this.of(id, kind, filter));
    return lists
      .flat()
      .sort((a, b) => (a.newestId < b.newestId ? 1 : -1))
      .slice(0, mostGroups);
  }

  private of(organizationId: string, kind: GroupKind, filter: BuildFilter): Promise<BuildGroupRow[]> {
    const key = kind === 'commit' ? Prisma.sql`b.commit` : Prisma.sql`b.fingerprint`;
    const conditions = filterConditions(organizationId, filter);
    if (kind === 'failure') conditions.push(Prisma.sql`b.fingerprint IS NOT NULL`);
    return this.db.prisma.$queryRaw<BuildGroupRow[]>`
      WITH newest AS MATERIALIZED (
        SELECT b.id, ${key} AS key, b.status, b.queued_at, b.project_id, b.rule_id, b.ref, b.zone, p.slug
        FROM build b JOIN project p ON p.id = b.project_id
        WHERE b.organization_id = ${organizationId} AND p.deleted_at IS NULL${and(conditions)}
        ORDER BY b.id DESC LIMIT ${groupedBuilds}
      ), groups AS (
        SELECT key, count(*)::int AS count, max(id::text) AS newest_id, min(queued_at) AS first_at, max(queued_at) AS last_at,
          (array_agg(DISTINCT slug))[1:10] AS projects, array_agg(DISTINCT status) AS statuses
        FROM newest GROUP BY key ORDER BY max(id::text) DESC LIMIT ${mostGroups}
      )
      SELECT g.key, g.count, g.newest_id AS "newestId", g.first_at AS "firstAt", g.last_at AS "lastAt", g.projects, g.statuses,
        ARRAY(${brokenHeads}) AS "retryIds"
      FROM groups g ORDER BY g.newest_id DESC`;
  }
}

/**
 * Of the group `g`, the builds that nothing newer of the same project, rule and ref has followed, and that broke. None of a fork: those are
 * started one by one, by who may (`startPermission`).
 */
const brokenHeads = Prisma.sql`
  SELECT h.id::text FROM (
    SELECT DISTINCT ON (n.project_id, n.rule_id, n.ref) n.* FROM newest n WHERE n.key = g.key
    ORDER BY n.project_id, n.rule_id, n.ref, n.id DESC
  ) h
  WHERE h.status IN ('failed', 'timed_out') AND h.zone <> 'fork' AND NOT EXISTS (
    SELECT 1 FROM build l WHERE l.project_id = h.project_id AND l.ref = h.ref AND l.rule_id IS NOT DISTINCT FROM h.rule_id
      AND l.id > h.id
  ) LIMIT ${mostRetries}`;
