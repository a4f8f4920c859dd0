import type { FailureReport } from '@cooperage/domain';
import { toJson } from '../build/build-mapping.js';
import { type TransitionOutcome, transitionIn } from '../build/build-transition.js';
import type { Database } from '../database.js';

export interface LostAttempt {
  readonly attemptId: string;
  readonly buildId: string;
  readonly number: number;
  /** `exited`: its supervisor saw the process die; `lease`: its lease ran out. */
  readonly cause: 'exited' | 'lease';
}

export interface UnsealedLog {
  readonly attemptId: string;
  readonly number: number;
  readonly reason: string;
  /** Milliseconds from claim to end. */
  readonly atMs: number;
}

/** What the sweeper finds and ends. */
export class SweepRepository {
  constructor(private readonly db: Database) {}

  /** Attempts whose builder is gone, by its supervisor's word or because its lease has run out by the database's clock. */
  async findLost(): Promise<LostAttempt[]> {
    return this.db.prisma.$queryRaw<LostAttempt[]>`
      SELECT a.id::text AS "attemptId", a.build_id::text AS "buildId", a.number,
        CASE WHEN p.end_reason = 'exited' THEN 'exited' ELSE 'lease' END AS cause
      FROM attempt a LEFT JOIN process_instance p ON p.id = a.instance_id
      WHERE a.state = 'claimed' AND (a.lease_until < now() OR p.end_reason = 'exited')
      ORDER BY a.id LIMIT 100`;
  }

  /**
   * Closes a lost attempt; its build is queued again while attempts are left. The attempt's row is checked again, so a
   * builder that came back in time keeps it.
   */
  async closeLost(lost: LostAttempt, attemptsLeft: boolean, failure: FailureReport): Promise<TransitionOutcome> {
    return this.db.transaction(async (tx) => {
      const closed = await tx.$executeRaw`
        UPDATE attempt a SET state = 'lost', ended_at = now(), registry_token = NULL, failure = ${JSON.stringify(failure)}::jsonb
        WHERE a.id = ${lost.attemptId}::uuid AND a.state = 'claimed' AND (a.lease_until < now()
          OR EXISTS (SELECT 1 FROM process_instance p WHERE p.id = a.instance_id AND p.end_reason = 'exited'))`;
      if (closed === 0) return { ok: false, reason: 'stale' };
      return transitionIn(
        tx,
        lost.buildId,
        { attemptNumber: lost.number },
        { type: 'leaseLost', attemptsLeft },
        attemptsLeft ? {} : { failure: toJson(failure) },
      );
    });
  }

  /** Builds that a builder holds although their time is over by `graceMs`: the builder should have ended them. */
  async findOverdue(graceMs: number): Promise<{ buildId: string; attemptId: string; attemptNumber: number }[]> {
    return this.db.prisma.$queryRaw`
      SELECT b.id::text AS "buildId", a.id::text AS "attemptId", b.attempt_number AS "attemptNumber"
      FROM build b JOIN attempt a ON a.build_id = b.id AND a.number = b.attempt_number AND a.state = 'claimed'
      WHERE b.status = 'running' AND b.stage = 'builder'
        AND a.claimed_at + ((b.limits->>'timeoutMs')::bigint + ${graceMs}) * interval '1 millisecond' < now()`;
  }

  async closeOverdue(
    found: { buildId: string; attemptId: string; attemptNumber: number },
    failure: FailureReport,
  ): Promise<void> {
    await this.db.transaction(async (tx) => {
      const outcome = await transitionIn(
        tx,
        found.buildId,
        { attemptNumber: found.attemptNumber },
        { type: 'timeout' },
        { failure: toJson(failure) },
      );
      if (outcome.ok)
        await tx.attempt.updateMany({
          where: { id: found.attemptId, state: 'claimed' },
          data: { state: 'timed_out', endedAt: new Date(), registryToken: null },
        });
    });
  }

  /** Ended attempts whose log nobody has closed: their builder was lost while it wrote. */
  async findUnsealedLogs(olderThanMs: number): Promise<UnsealedLog[]> {
    return this.db.prisma.$queryRaw<UnsealedLog[]>`
      SELECT a.id::text AS "attemptId", a.number, coalesce(a.failure->>'message', 'The worker was lost.') AS reason,
        greatest(0, extract(epoch FROM a.ended_at - a.claimed_at) * 1000)::float8 AS "atMs"
      FROM attempt a
      WHERE NOT a.log_complete AND a.claimed_at IS NOT NULL
        AND (a.state = 'lost' OR a.ended_at < now() - ${olderThanMs} * interval '1 millisecond')
        AND a.ended_at IS NOT NULL ORDER BY a.id LIMIT 100`;
  }
}
