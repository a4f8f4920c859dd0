import type { Database } from '../database.js';

/** What waits and what runs of one project. */
export interface QueueRecord {
  readonly projectId: string;
  readonly projectSlug: string;
  readonly organizationSlug: string;
  readonly waiting: number;
  /** Attempts that hold a slot: handed out, or taken by a builder. */
  readonly held: number;
  readonly oldestQueuedAt: Date | null;
  /** Queued builds that wait out a pause after a fault. */
  readonly paused: number;
  /** Queued builds of strangers' code for which no worker is there. */
  readonly strange: number;
  /** Queued builds that a limit of their organization holds back. */
  readonly limited: number;
}

export interface WaitingBuildRecord {
  readonly id: string;
  readonly number: number;
  readonly projectSlug: string;
  readonly organizationSlug: string;
  readonly waitReason: string | null;
  readonly queuedAt: Date;
}

export interface PoolTenants {
  /** Short name of the organization that the trusted pool belongs to; null where there is none, or no more. */
  readonly home: string | null;
  readonly others: number;
  /** Of the others, those with a project. */
  readonly othersBuilding: number;
}

/** A build that a process had when it was lost, and what became of it. */
export interface LostBuildRecord {
  readonly instanceId: string;
  readonly id: string;
  readonly number: number;
  readonly projectSlug: string;
  readonly organizationSlug: string;
  readonly status: string;
  readonly attempt: number;
  /** The attempt that followed; null when there was none. */
  readonly nextAttempt: number | null;
}

/** The queue as people see it. It looks at what is unfinished only. */
export class QueueRepository {
  constructor(private readonly db: Database) {}

  async list(organizationIds: readonly string[]): Promise<QueueRecord[]> {
    return this.db.prisma.$queryRaw<QueueRecord[]>`
      WITH open AS (
        SELECT b.project_id, b.status, b.queued_at, b.wait_reason, b.dispatch_after > now() AS paused, EXISTS (
          SELECT 1 FROM attempt a WHERE a.build_id = b.id AND a.state IN ('dispatched', 'claimed')) AS held
        FROM build b WHERE b.organization_id = ANY(${[...organizationIds]}) AND b.status IN ('queued', 'running', 'canceling')
      )
      SELECT p.id::text AS "projectId", p.slug AS "projectSlug", o.slug AS "organizationSlug",
        count(*) FILTER (WHERE open.status = 'queued' AND NOT open.held)::int AS waiting,
        count(*) FILTER (WHERE open.held)::int AS held,
        count(*) FILTER (WHERE open.status = 'queued' AND open.paused)::int AS paused,
        count(*) FILTER (WHERE open.status = 'queued' AND NOT open.held AND open.wait_reason IN ('no_worker_for_strangers', 'no_worker_for_organization'))::int AS strange,
        count(*) FILTER (WHERE open.status = 'queued' AND NOT open.held AND open.wait_reason IN
          ('slot_kept_for_others', 'quota_concurrent_builds', 'quota_build_minutes', 'quota_log_bytes', 'organization_suspended'))::int AS limited,
        min(open.queued_at) FILTER (WHERE open.status = 'queued' AND NOT open.held) AS "oldestQueuedAt"
      FROM open JOIN project p ON p.id = open.project_id JOIN organization o ON o.id = p.organization_id
      WHERE p.deleted_at IS NULL GROUP BY p.id, p.slug, o.slug
      HAVING bool_or(open.held OR open.status = 'queued')
      ORDER BY "oldestQueuedAt" NULLS LAST, p.slug LIMIT 200`;
  }

  /** Who builds in which pool, where organizations do not trust each other: as dispatching decides it. */
  async poolTenants(): Promise<PoolTenants> {
    const [row] = await this.db.prisma.$queryRaw<PoolTenants[]>`
      WITH other AS (
        SELECT EXISTS (SELECT 1 FROM project p WHERE p.organization_id = o.id) AS building FROM organization o
        WHERE o.id IS DISTINCT FROM (SELECT home_organization_id FROM installation)
      )
      SELECT (SELECT o.slug FROM installation i JOIN organization o ON o.id = i.home_organization_id) AS home,
        count(*)::int AS others, count(*) FILTER (WHERE building)::int AS "othersBuilding" FROM other`;
    return row!;
  }

  /** Waiting builds of these organizations among `buildIds`, in the order of those. */
  async waiting(buildIds: readonly string[], organizationIds: readonly string[]): Promise<WaitingBuildRecord[]> {
    return this.db.prisma.$queryRaw<WaitingBuildRecord[]>`
      SELECT b.id::text, b.number, p.slug AS "projectSlug", o.slug AS "organizationSlug", b.wait_reason AS "waitReason",
        b.queued_at AS "queuedAt"
      FROM unnest(${[...buildIds]}::uuid[]) WITH ORDINALITY AS given(id, turn) JOIN build b ON b.id = given.id
        JOIN project p ON p.id = b.project_id JOIN organization o ON o.id = p.organization_id
      WHERE b.organization_id = ANY(${[...organizationIds]}) AND p.deleted_at IS NULL ORDER BY given.turn LIMIT 100`;
  }

  /** Slots that are held by anybody's attempts. */
  async held(): Promise<number> {
    const [row] = await this.db.prisma.$queryRaw<{ held: number }[]>`
      SELECT count(*)::int AS held FROM attempt WHERE state IN ('dispatched', 'claimed')`;
    return row!.held;
  }

  async lost(instanceIds: readonly string[], organizationIds: readonly string[]): Promise<LostBuildRecord[]> {
    if (instanceIds.length === 0) return [];
    return this.db.prisma.$queryRaw<LostBuildRecord[]>`
      SELECT a.instance_id::text AS "instanceId", b.id::text, b.number, p.slug AS "projectSlug",
        o.slug AS "organizationSlug", b.status, a.number AS attempt,
        CASE WHEN b.attempt_number > a.number THEN b.attempt_number END AS "nextAttempt"
      FROM attempt a JOIN build b ON b.id = a.build_id JOIN project p ON p.id = b.project_id
        JOIN organization o ON o.id = p.organization_id
      WHERE a.instance_id = ANY(${[...instanceIds]}::uuid[]) AND a.state = 'lost' AND p.deleted_at IS NULL
        AND b.organization_id = ANY(${[...organizationIds]})
      ORDER BY a.id DESC LIMIT 100`;
  }
}
