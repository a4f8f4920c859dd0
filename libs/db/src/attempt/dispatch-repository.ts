import type { Database } from '../database.js';
import type { Prisma } from '../generated/client.js';
import { channels } from '../listen/channels.js';
import { newId } from '../new-id.js';
import type { DispatchedAttempt } from './attempt-record.js';

/** Any number that only the dispatcher uses for its advisory lock. */
const dispatchLock = 731_001;

interface Waiting {
  id: string;
  organization_id: string;
  rank: bigint;
}

/** Gives free slots to waiting builds. */
export class DispatchRepository {
  constructor(private readonly db: Database) {}

  /**
   * Makes attempts for as many waiting builds as there are free slots on live builders, organizations taking turns by
   * how much they have running. One dispatcher at a time; the others find nothing left to do.
   */
  async dispatchNext(): Promise<DispatchedAttempt[]> {
    return this.db.transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${dispatchLock})`;
      const free = await freeSlots(tx);
      if (free <= 0) return [];
      const waiting = await tx.$queryRaw<Waiting[]>`
        WITH busy AS (
          SELECT b.organization_id, count(*) AS held FROM attempt a JOIN build b ON b.id = a.build_id
          WHERE a.state IN ('dispatched', 'claimed') GROUP BY b.organization_id
        ), queue AS (
          SELECT b.id, b.organization_id, row_number() OVER (PARTITION BY b.organization_id ORDER BY b.id) AS nth
          FROM build b WHERE b.status = 'queued'
            AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.build_id = b.id AND a.state IN ('dispatched', 'claimed'))
        )
        SELECT q.id::text, q.organization_id, q.nth + coalesce(busy.held, 0) AS rank
        FROM queue q LEFT JOIN busy USING (organization_id) ORDER BY rank, q.id LIMIT ${free}`;
      return Promise.all(waiting.map((build) => makeAttempt(tx, build.id)));
    });
  }

  /**
   * Attempts that were handed to the queue and not claimed for `olderThanMs`: the queue may have lost them, so they are
   * handed over again. They stay the same attempts.
   */
  async unclaimed(olderThanMs: number): Promise<DispatchedAttempt[]> {
    return this.db.prisma.$queryRaw<DispatchedAttempt[]>`
      UPDATE attempt SET dispatched_at = now()
      WHERE state = 'dispatched' AND dispatched_at < now() - ${olderThanMs} * interval '1 millisecond'
      RETURNING id::text AS "attemptId", build_id::text AS "buildId", number`;
  }

  /** What waits and who could take it, for the metrics. */
  async census(): Promise<{ waiting: number; idle: number; busy: number; lost: number }> {
    const [row] = await this.db.prisma.$queryRaw<{ waiting: number; idle: number; busy: number; lost: number }[]>`
      WITH builder AS (
        SELECT p.ended_at IS NOT NULL AND p.end_reason = 'silent' AS lost, p.ended_at IS NULL AS alive,
          EXISTS (SELECT 1 FROM attempt a WHERE a.instance_id = p.id AND a.state = 'claimed') AS busy
        FROM process_instance p WHERE p.role = 'builder' AND (p.ended_at IS NULL OR p.ended_at > now() - interval '1 hour')
      )
      SELECT (SELECT count(*) FROM build WHERE status = 'queued')::int AS waiting,
        count(*) FILTER (WHERE alive AND NOT busy)::int AS idle, count(*) FILTER (WHERE alive AND busy)::int AS busy,
        count(*) FILTER (WHERE lost)::int AS lost
      FROM builder`;
    return row!;
  }

  /** Says of each waiting build why it waits. */
  async explainWaiting(): Promise<void> {
    const reason = (await liveSlots(this.db.prisma)) === 0 ? 'no_worker' : 'no_free_slot';
    await this.db.prisma.$executeRaw`
      WITH told AS (
        UPDATE build b SET wait_reason = ${reason}, version = version + 1
        WHERE status = 'queued' AND wait_reason IS DISTINCT FROM ${reason} AND queued_at < now() - interval '2 seconds'
          AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.build_id = b.id AND a.state = 'dispatched')
        RETURNING *
      )
      SELECT pg_notify(${channels.build}, json_build_object('buildId', id, 'projectId', project_id, 'organizationId', organization_id,
        'number', number, 'version', version, 'status', status, 'phase', phase, 'attempt', attempt_number)::text) FROM told`;
  }
}

async function freeSlots(tx: Prisma.TransactionClient): Promise<number> {
  const [row] = await tx.$queryRaw<{ held: bigint }[]>`
    SELECT count(*) AS held FROM attempt WHERE state IN ('dispatched', 'claimed')`;
  return (await liveSlots(tx)) - Number(row?.held ?? 0);
}

async function liveSlots(tx: Pick<Prisma.TransactionClient, '$queryRaw'>): Promise<number> {
  const [row] = await tx.$queryRaw<{ slots: number }[]>`
    SELECT coalesce(sum((info->>'slots')::int), 0)::int AS slots FROM process_instance
    WHERE role = 'builder' AND ended_at IS NULL AND heartbeat_at > now() - interval '30 seconds'
      AND coalesce(info->>'note', '') = ''`;
  return row?.slots ?? 0;
}

async function makeAttempt(tx: Prisma.TransactionClient, buildId: string): Promise<DispatchedAttempt> {
  const { attemptNumber } = await tx.build.update({
    where: { id: buildId },
    data: { attemptNumber: { increment: 1 }, version: { increment: 1 }, waitReason: null },
    select: { attemptNumber: true },
  });
  const attemptId = newId();
  await tx.attempt.create({ data: { id: attemptId, buildId, number: attemptNumber, state: 'dispatched' } });
  return { attemptId, buildId, number: attemptNumber };
}
