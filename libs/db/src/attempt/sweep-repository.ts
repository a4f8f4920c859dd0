import type { FailureReport } from '@cooperage/domain';
import { type TransitionOutcome, transitionIn } from '../build/build-transition.js';
import type { Database, Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { storedJson } from '../stored-text.js';
import { firstBuild, missingPromisesSql, type PromisedAgain } from './missing-promises.js';
import { withdrawDispatchedIn } from './withdraw-dispatched.js';

export interface LostAttempt {
  readonly attemptId: string;
  readonly buildId: string;
  readonly number: number;
  /** `exited`: its supervisor saw the process die; `lease`: its lease ran out. */
  readonly cause: 'exited' | 'lease';
}

export interface OverdueAttempt {
  readonly attemptId: string;
  readonly buildId: string;
  readonly number: number;
}

export interface UnsealedLog {
  readonly attemptId: string;
  readonly number: number;
  readonly reason: string;
  /** Milliseconds from claim to end. */
  readonly atMs: number;
}

/** Since it was found, a builder may have claimed it. */
const waits = Prisma.sql`b.status IN ('queued', 'awaiting_approval')`;

/** SQL: the attempt `a` is none of these. */
const noneOf = (attemptIds: readonly string[]) => Prisma.sql`a.id <> ALL (${[...attemptIds]}::uuid[])`;

/** What the sweeper finds and ends. */
export class SweepRepository {
  constructor(private readonly db: Database) {}

  /**
   * Ends transactions of builders that are older than `olderThanMs`, with their sessions: they hold rows, keep tables from being
   * cleaned and let the queue of notifications grow. So do those with hundreds of locks, whose table all share. Returns their number.
   */
  async endBuilderTransactions(olderThanMs: number): Promise<number> {
    const [row] = await this.db.prisma.$queryRaw<{ ended: number }[]>`
      SELECT end_builder_transactions(${olderThanMs} * interval '1 millisecond') AS ended`;
    return row!.ended;
  }

  /**
   * Attempts whose builder is gone, by its supervisor's word or because its lease has run out by the database's clock.
   * @param except attempts that could not be ended a moment ago, so that they do not keep others from being found
   */
  async findLost(except: readonly string[] = []): Promise<LostAttempt[]> {
    return this.db.prisma.$queryRaw<LostAttempt[]>`
      SELECT a.id::text AS "attemptId", a.build_id::text AS "buildId", a.number,
        CASE WHEN p.end_reason = 'exited' THEN 'exited' ELSE 'lease' END AS cause
      FROM attempt a LEFT JOIN process_instance p ON p.id = a.instance_id
      WHERE a.state = 'claimed' AND (a.lease_until < now() OR p.end_reason = 'exited') AND ${noneOf(except)}
      ORDER BY a.id LIMIT 100`;
  }

  /**
   * Closes a lost attempt; its build is queued again while attempts are left. The attempt's row is checked again, so a
   * builder that came back in time keeps it.
   */
  async closeLost(lost: LostAttempt, attemptsLeft: boolean, failure: FailureReport): Promise<TransitionOutcome> {
    return this.db.transaction(async (tx) => {
      if (!(await lockUnheld(tx, lost.buildId))) return { ok: false, reason: 'stale' };
      const closed = await tx.$executeRaw`
        UPDATE attempt a SET state = 'lost', ended_at = now(), registry_token = NULL, failure = ${storedJson(failure)}::jsonb
        WHERE a.id = ${lost.attemptId}::uuid AND a.state = 'claimed' AND (a.lease_until < now()
          OR EXISTS (SELECT 1 FROM process_instance p WHERE p.id = a.instance_id AND p.end_reason = 'exited'))`;
      if (closed === 0) return { ok: false, reason: 'stale' };
      const event = { type: 'leaseLost', attemptsLeft } as const;
      return transitionIn(tx, lost.buildId, {
        event,
        attemptNumber: lost.number,
        ...(!attemptsLeft && { failure }),
      });
    });
  }

  /**
   * Builds that their builder should have ended: those over their time limit, and those whose cancel it does not follow
   * although it lives. Both by `graceMs`.
   * @param waitMs how long an attempt may have waited for an engine that has one guest at a time: its time limit stood still then
   */
  async findOverdue(graceMs: number, except: readonly string[] = [], waitMs = 0): Promise<OverdueAttempt[]> {
    return this.db.prisma.$queryRaw`
      SELECT b.id::text AS "buildId", a.id::text AS "attemptId", a.number
      FROM build b JOIN attempt a ON a.build_id = b.id AND a.number = b.attempt_number AND a.state = 'claimed'
      WHERE b.status IN ('running', 'canceling') AND b.stage = 'builder' AND (
        a.claimed_at < now() - ((b.limits->>'timeoutMs')::bigint + ${graceMs}
          + CASE a.lane WHEN 'strangers' THEN ${waitMs} ELSE 0 END) * interval '1 millisecond'
        OR b.status = 'canceling' AND b.cancel_requested_at < now() - ${graceMs} * interval '1 millisecond')
        AND ${noneOf(except)}
      ORDER BY a.id LIMIT 100`;
  }

  async closeOverdue(found: OverdueAttempt, failure: FailureReport): Promise<TransitionOutcome> {
    return this.db.transaction(async (tx) => {
      if (!(await lockUnheld(tx, found.buildId))) return { ok: false, reason: 'stale' };
      return transitionIn(tx, found.buildId, {
        event: { type: 'timeout' },
        attemptNumber: found.number,
        failure,
        provided: Prisma.sql`EXISTS (SELECT 1 FROM attempt WHERE id = ${found.attemptId}::uuid AND state = 'claimed')`,
        together: Prisma.sql`, ended AS (
          UPDATE attempt a SET state = moved.status, ended_at = now(), registry_token = NULL, failure = moved.failure
          FROM moved WHERE a.id = ${found.attemptId}::uuid)`,
      });
    });
  }

  /** Builds that have waited for longer than `waitMs` for a builder, or for a person's approval. */
  async findForgotten(waitMs: number): Promise<string[]> {
    const rows = await this.db.prisma.$queryRaw<{ id: string }[]>`
      SELECT b.id::text FROM build b WHERE b.status IN ('queued', 'awaiting_approval')
        AND greatest(b.queued_at, (SELECT max(ended_at) FROM attempt a WHERE a.build_id = b.id))
          < now() - ${waitMs} * interval '1 millisecond'
      ORDER BY b.id LIMIT 100`;
    return rows.map(({ id }) => id);
  }

  async closeForgotten(buildId: string, failure: FailureReport): Promise<TransitionOutcome> {
    return this.db.transaction(async (tx) => {
      if (!(await lockUnheld(tx, buildId))) return { ok: false, reason: 'stale' };
      const outcome = await transitionIn(tx, buildId, { event: { type: 'timeout' }, failure, provided: waits });
      if (outcome.ok) await withdrawDispatchedIn(tx, buildId, 'timed_out');
      return outcome;
    });
  }

  /**
   * Promises again the publication of builds that control has and that nobody would publish.
   * @param after where the part before has ended; null for the first one
   * @param olderThanMs since the build was built
   */
  async promiseAgain(after: string | null, limit: number, olderThanMs: number): Promise<PromisedAgain> {
    const [row] = await this.db.statement((db) =>
      db.$queryRaw<PromisedAgain[]>(missingPromisesSql(after ?? firstBuild, limit, olderThanMs)),
    );
    return { buildIds: row!.buildIds, after: row!.after };
  }

  /** Ended attempts whose log nobody has closed: their builder was lost while it wrote. Left out while somebody holds the row. */
  async findUnsealedLogs(olderThanMs: number, except: readonly string[] = []): Promise<UnsealedLog[]> {
    return this.db.prisma.$queryRaw<UnsealedLog[]>`
      SELECT a.id::text AS "attemptId", a.number, coalesce(a.failure->>'message', 'The worker was lost.') AS reason,
        greatest(0, extract(epoch FROM least(a.ended_at, now()) - greatest(a.claimed_at, now() - interval '1 year')) * 1000)::float8 AS "atMs"
      FROM attempt a
      WHERE NOT a.log_complete AND a.claimed_at IS NOT NULL
        AND (a.state = 'lost' OR a.ended_at < now() - ${olderThanMs} * interval '1 millisecond')
        AND a.ended_at IS NOT NULL AND ${noneOf(except)} ORDER BY a.id LIMIT 100 FOR UPDATE OF a SKIP LOCKED`;
  }
}

/**
 * Locks a build with its open attempts, the build's row first as every writer of an attempt's state does it. A builder may hold
 * the rows of its own attempts, and rows that refer to them, for as long as it likes: what is swept of others must not wait.
 * @returns false if somebody holds one of them, so that it has to be tried again later
 */
async function lockUnheld(tx: Queryable, buildId: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ locked: boolean }[]>`
    WITH open AS (
      SELECT id FROM attempt WHERE build_id = ${buildId}::uuid AND state IN ('dispatched', 'claimed')
    ), locked_build AS (
      SELECT id FROM build WHERE id = ${buildId}::uuid FOR UPDATE SKIP LOCKED
    ), locked AS (
      SELECT a.id FROM attempt a WHERE a.id IN (SELECT id FROM open) AND EXISTS (SELECT FROM locked_build) FOR UPDATE SKIP LOCKED
    )
    SELECT EXISTS (SELECT FROM locked_build) AND (SELECT count(*) FROM locked) = (SELECT count(*) FROM open) AS locked`;
  return row!.locked;
}
