import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** A project whose default branch should be looked at, because its webhook has long said nothing. */
export interface QuietProject {
  readonly id: string;
  readonly remoteUrl: string;
  readonly gitCredentials: Uint8Array | null;
  /** Full ref. */
  readonly ref: string;
}

export interface SilenceRecord {
  readonly projectId: string;
  readonly projectSlug: string;
  readonly organizationSlug: string;
  readonly ref: string;
  readonly commit: string;
  readonly evaluatedCommit: string;
  readonly lastDeliveryAt: Date;
  readonly checkedAt: Date;
}

/** Webhooks that have gone quiet although there was something to tell. */
export class SilenceRepository {
  constructor(private readonly db: Database) {}

  /**
   * Projects that had deliveries once and none for `quietMs`, and were not looked at for `againMs`; those that waited longest
   * first, one of each organization before the second of another.
   */
  async quiet(quietMs: number, againMs: number, limit: number): Promise<QuietProject[]> {
    return this.db.prisma.$queryRaw<QuietProject[]>`
      SELECT p.id::text, p.remote_url AS "remoteUrl", p.git_credentials AS "gitCredentials",
        'refs/heads/' || p.default_branch AS ref
      FROM project p LEFT JOIN head_watch w ON w.project_id = p.id CROSS JOIN LATERAL (
        SELECT received_at FROM delivery WHERE project_id = p.id ORDER BY id DESC LIMIT 1) d
      WHERE p.deleted_at IS NULL AND p.default_branch IS NOT NULL
        AND d.received_at < now() - ${quietMs} * interval '1 millisecond'
        AND (w.checked_at IS NULL OR w.checked_at < now() - ${againMs} * interval '1 millisecond')
      ORDER BY row_number() OVER (PARTITION BY p.organization_id ORDER BY w.checked_at NULLS FIRST),
        w.checked_at NULLS FIRST LIMIT ${limit}`;
  }

  /**
   * Notes a look before the git host is asked, so that an answer that ends this process is not asked for again by the next
   * one. What was seen before stays only while no delivery came since.
   * @returns false when the project was looked at meanwhile or is gone
   */
  async begin({ id, ref }: Pick<QuietProject, 'id' | 'ref'>, againMs: number): Promise<boolean> {
    const count = await this.db.prisma.$executeRaw`
      INSERT INTO head_watch AS w (project_id, ref, commit, checked_at)
      SELECT id, ${ref}, NULL, now() FROM project WHERE id = ${id}::uuid AND deleted_at IS NULL
      ON CONFLICT (project_id) DO UPDATE SET ref = excluded.ref, checked_at = excluded.checked_at,
        commit = CASE WHEN w.ref = excluded.ref AND w.checked_at > (
          SELECT received_at FROM delivery WHERE project_id = w.project_id ORDER BY id DESC LIMIT 1) THEN w.commit END
      WHERE w.checked_at < now() - ${againMs} * interval '1 millisecond'`;
    return count > 0;
  }

  /** @param commit at the git host; null when it could not be read, which is no alarm. */
  async note(projectId: string, ref: string, commit: string | null): Promise<void> {
    await this.db.prisma.$executeRaw`
      INSERT INTO head_watch (project_id, ref, commit, checked_at)
      SELECT id, ${ref}, ${commit}, now() FROM project WHERE id = ${projectId}::uuid
      ON CONFLICT (project_id) DO UPDATE SET ref = excluded.ref, commit = excluded.commit, checked_at = excluded.checked_at`;
  }

  /** Silences now: what was seen at the git host was never evaluated, and nothing came since. */
  async list(organizationIds: readonly string[], projectId?: string): Promise<SilenceRecord[]> {
    return this.db.prisma.$queryRaw<SilenceRecord[]>`
      SELECT p.id::text AS "projectId", p.slug AS "projectSlug", o.slug AS "organizationSlug", w.ref, w.commit,
        h.commit AS "evaluatedCommit", d.received_at AS "lastDeliveryAt", w.checked_at AS "checkedAt"
      FROM head_watch w JOIN project p ON p.id = w.project_id JOIN organization o ON o.id = p.organization_id
        JOIN ref_head h ON h.project_id = p.id AND h.ref = w.ref CROSS JOIN LATERAL (
        SELECT received_at FROM delivery WHERE project_id = p.id ORDER BY id DESC LIMIT 1) d
      WHERE p.organization_id = ANY(${[...organizationIds]}) AND p.deleted_at IS NULL AND w.commit <> h.commit
        AND d.received_at < w.checked_at
        ${projectId === undefined ? Prisma.empty : Prisma.sql`AND p.id = ${projectId}::uuid`}
      ORDER BY d.received_at LIMIT 100`;
  }
}
