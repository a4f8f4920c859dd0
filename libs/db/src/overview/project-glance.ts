import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { keyStoppedSince } from '../signing/keys-count-since.js';
import { endedOfItself, lastCall, newestBuild, succeeded } from './newest.js';

export interface BranchHead {
  readonly ref: string;
  readonly evaluatedAt: Date;
  readonly newestId: string | null;
}
export interface RecentBuild {
  readonly number: number;
  readonly status: string;
  /** Milliseconds from start to end. */
  readonly tookMs: number | null;
  readonly steps: number | null;
  readonly reusedSteps: number | null;
}
export interface BadgeFacts {
  readonly visibility: string;
  readonly status: string | null;
  /** Of the branch's newest image; null where nothing was found out of it, or not since a key stopped counting. */
  readonly verified: boolean | null;
  readonly verifiedAt: Date | null;
}

const mostBranches = 50;
const recentBuilds = 40;

/** What a project's first page shows beside its list of builds. Each answer is bounded. */
export class ProjectGlance {
  constructor(private readonly db: Database) {}

  /** Branches and tags that were pushed last, with the newest build of each. */
  async branches(projectId: string): Promise<BranchHead[]> {
    return this.db.prisma.$queryRaw<BranchHead[]>`
      SELECT h.ref, h.evaluated_at AS "evaluatedAt", b.id::text AS "newestId" FROM (
        SELECT ref, evaluated_at FROM ref_head WHERE project_id = ${projectId}::uuid ORDER BY evaluated_at DESC LIMIT ${mostBranches}
      ) h
      LEFT JOIN LATERAL (
        SELECT id FROM build WHERE project_id = ${projectId}::uuid AND ref = h.ref ORDER BY id DESC LIMIT 1
      ) b ON true
      ORDER BY h.evaluated_at DESC`;
  }

  /** The newest builds, the oldest of them first. */
  async recent(projectId: string): Promise<RecentBuild[]> {
    const rows = await this.db.prisma.$queryRaw<RecentBuild[]>`
      SELECT number, status, extract(epoch FROM finished_at - started_at)::float8 * 1000 AS "tookMs", steps_total AS steps,
        steps_cached AS "reusedSteps"
      FROM build WHERE project_id = ${projectId}::uuid AND finished_at IS NOT NULL ORDER BY id DESC LIMIT ${recentBuilds}`;
    return rows.reverse();
  }

  /** When the git host called last; null before its first call, and where people asked for each of the newest deliveries. */
  async lastCallAt(projectId: string): Promise<Date | null> {
    const [row] = await this.db.prisma.$queryRaw<{ receivedAt: Date }[]>`
      SELECT received_at AS "receivedAt" FROM ${lastCall(Prisma.sql`${projectId}::uuid`)} call`;
    return row?.receivedAt ?? null;
  }

  /** For whoever asks: nothing of a project that is not public. */
  async badge(organizationSlug: string, slug: string, branch: string | null): Promise<BadgeFacts | null> {
    const [row] = await this.db.prisma.$queryRaw<BadgeFacts[]>(badgeSql(organizationSlug, slug, branch));
    return row ?? null;
  }
}

/**
 * Each look at builds reads one row: how many were canceled or failed does not matter. Where the registry did not answer, what was found
 * before stands: it says nothing of the image.
 * @internal
 */
export function badgeSql(organizationSlug: string, slug: string, branch: string | null): Prisma.Sql {
  const [id, ref] = [Prisma.sql`p.id`, Prisma.sql`('refs/heads/' || coalesce(${branch}, p.default_branch))`];
  return Prisma.sql`
    SELECT p.visibility, b.status, v.at AS "verifiedAt",
      CASE WHEN v.ok THEN nullif(NOT ${keyStoppedSince(id, Prisma.sql`v.at`)}, false) ELSE v.ok END AS verified
    FROM project p JOIN organization o ON o.id = p.organization_id
    LEFT JOIN LATERAL ${newestBuild(id, ref, endedOfItself)} b ON true
    LEFT JOIN LATERAL ${newestBuild(id, ref, succeeded)} i ON true
    LEFT JOIN LATERAL (
      SELECT ok, at FROM image_verification
      WHERE project_id = p.id AND digest = i.digest AND verdict IS DISTINCT FROM 'impossible' ORDER BY id DESC LIMIT 1
    ) v ON true
    WHERE o.slug = ${organizationSlug} AND p.slug = ${slug} AND p.deleted_at IS NULL AND p.visibility = 'public'`;
}
