import type { BuildEvent, FailureReport } from '@cooperage/domain';
import { toBuildRecord, toJson } from '../build/build-mapping.js';
import type { BaseImage, BuildWarning } from '../build/build-record.js';
import { type BuildChange, type TransitionOutcome, transitionIn } from '../build/build-transition.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import type { AttemptState, ClaimedAttempt, HeartbeatAnswer } from './attempt-record.js';

/** Facts of a built image, from the builder's own answer. */
export interface BuiltFacts {
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly baseImages: readonly BaseImage[];
  readonly stepsTotal: number;
  readonly stepsCached: number;
  readonly warnings: readonly BuildWarning[];
  /** Whether there is something worth exporting to the cache. */
  readonly exportCache: boolean;
}

/** Undoes the surrounding transaction and says why. */
class Stale extends Error {}

/** Attempts as their builder sees them. Every method is fenced by attempt, instance and epoch. */
export class AttemptRepository {
  constructor(private readonly db: Database) {}

  /** One compare-and-set over attempt and build together; null when there is nothing to claim (any more). */
  async claim(
    attemptId: string,
    instanceId: string,
    workerName: string,
    leaseMs: number,
  ): Promise<ClaimedAttempt | null> {
    return this.fenced(async (tx) => {
      const rows = await tx.$queryRaw<{ build_id: string; number: number }[]>`
        UPDATE attempt SET state = 'claimed', instance_id = ${instanceId}::uuid, worker_name = ${workerName}, claimed_at = now(),
          lease_until = now() + ${leaseMs} * interval '1 millisecond'
        WHERE id = ${attemptId}::uuid AND state = 'dispatched' RETURNING build_id::text, number`;
      const attempt = rows[0];
      if (!attempt) return null;
      const outcome = await transitionIn(
        tx,
        attempt.build_id,
        { attemptNumber: attempt.number },
        { type: 'claimed' },
        { failure: Prisma.DbNull },
      );
      if (!outcome.ok) throw new Stale();
      return { attemptId, build: outcome.build, number: attempt.number };
    });
  }

  /** The good attempt of a build that has succeeded: what an export of its cache starts from. */
  async finished(buildId: string): Promise<ClaimedAttempt | null> {
    const row = await this.db.prisma.attempt.findFirst({
      where: { buildId, state: 'built' },
      include: { build: true },
    });
    if (row?.build.status !== 'succeeded') return null;
    return { attemptId: row.id, build: toBuildRecord(row.build), number: row.number };
  }

  /** Extends the leases of this process's attempts, and learns which of them should stop. */
  async heartbeat(
    attemptIds: readonly string[],
    instanceId: string,
    leaseMs: number,
  ): Promise<Map<string, HeartbeatAnswer>> {
    const rows = await this.db.prisma.$queryRaw<{ id: string; status: string }[]>`
      UPDATE attempt a SET lease_until = now() + ${leaseMs} * interval '1 millisecond' FROM build b
      WHERE a.id = ANY (${[...attemptIds]}::uuid[]) AND b.id = a.build_id AND a.instance_id = ${instanceId}::uuid
        AND a.state = 'claimed' AND b.attempt_number = a.number AND b.status IN ('running', 'canceling')
      RETURNING a.id::text, b.status`;
    const status = new Map(rows.map((row) => [row.id, row.status]));
    const answer = (id: string): HeartbeatAnswer => {
      const found = status.get(id);
      if (found === undefined) return 'not_yours';
      return found === 'canceling' ? 'cancel' : 'go_on';
    };
    return new Map(attemptIds.map((id) => [id, answer(id)]));
  }

  /** Remembers under which reference the engine knows this work, and the Dockerfile that it builds. */
  async describe(attempt: ClaimedAttempt, engineReference: string, dockerfile: string): Promise<void> {
    await this.db.prisma.attempt.updateMany({
      where: { id: attempt.attemptId, state: 'claimed' },
      data: { engineReference, dockerfile },
    });
  }

  /** The image is in the staging repository. The lease ends; control goes on. */
  async built(attempt: ClaimedAttempt, instanceId: string, facts: BuiltFacts): Promise<TransitionOutcome> {
    return this.end(
      attempt,
      instanceId,
      'built',
      { type: 'built' },
      {
        digest: facts.digest,
        mediaType: facts.mediaType,
        sizeBytes: BigInt(facts.sizeBytes),
        baseImages: toJson(facts.baseImages),
        stepsTotal: facts.stepsTotal,
        stepsCached: facts.stepsCached,
        warnings: toJson(facts.warnings),
        cacheExport: facts.exportCache ? 'pending' : 'none',
      },
    );
  }

  async failed(
    attempt: ClaimedAttempt,
    instanceId: string,
    failure: FailureReport,
    retryable: boolean,
    attemptsLeft: boolean,
  ): Promise<TransitionOutcome> {
    return this.end(
      attempt,
      instanceId,
      'failed',
      { type: 'failed', retryable, attemptsLeft },
      { failure: toJson(failure) },
      failure,
    );
  }

  async timedOut(attempt: ClaimedAttempt, instanceId: string, failure: FailureReport): Promise<TransitionOutcome> {
    return this.end(attempt, instanceId, 'timed_out', { type: 'timeout' }, { failure: toJson(failure) }, failure);
  }

  /** The canceled work has really ended. */
  async stopped(attempt: ClaimedAttempt, instanceId: string): Promise<TransitionOutcome> {
    return this.end(attempt, instanceId, 'canceled', { type: 'stopped' }, {});
  }

  private async end(
    attempt: ClaimedAttempt,
    instanceId: string,
    state: AttemptState,
    event: BuildEvent,
    change: BuildChange,
    failure: FailureReport | null = null,
  ): Promise<TransitionOutcome> {
    const outcome = await this.fenced(async (tx) => {
      const { count } = await tx.attempt.updateMany({
        where: { id: attempt.attemptId, state: 'claimed', instanceId },
        data: { state, endedAt: new Date(), registryToken: null, ...(failure && { failure: toJson(failure) }) },
      });
      if (count === 0) throw new Stale();
      const result = await transitionIn(tx, attempt.build.id, { attemptNumber: attempt.number }, event, change);
      if (!result.ok) throw new Stale();
      return result;
    });
    return outcome ?? { ok: false, reason: 'stale' };
  }

  private async fenced<T>(work: (tx: Prisma.TransactionClient) => Promise<T | null>): Promise<T | null> {
    try {
      return await this.db.transaction(work);
    } catch (error) {
      if (error instanceof Stale) return null;
      throw error;
    }
  }
}
