import type { CacheReadFact, FailureReport, ResolvedDefinition } from '@cooperage/domain';
import { toBuildRecord } from '../build/build-mapping.js';
import type { BaseImage, BuildWarning, FetchedSource } from '../build/build-record.js';
import { type TransitionOutcome, type TransitionRequest, transitionIn } from '../build/build-transition.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { losable } from '../losable.js';
import { storedJson, storedText } from '../stored-text.js';
import type { AttemptState, ClaimedAttempt, HeartbeatAnswer } from './attempt-record.js';

/** Facts of a built image, from the builder's own answer. */
export interface BuiltFacts {
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly baseImages: readonly BaseImage[];
  /** What ADD fetched from addresses. */
  readonly sources?: readonly FetchedSource[];
  readonly stepsTotal: number;
  readonly stepsCached: number;
  readonly warnings: readonly BuildWarning[];
  /** What made the image, name to version. */
  readonly tools?: Readonly<Record<string, string>>;
  /** What its definition stood for, where it has one: what is signed of the build is what this attempt has built from. */
  readonly resolved?: ResolvedDefinition | null;
  /** Whether there is something worth exporting to the cache. */
  readonly exportCache: boolean;
}

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
    const ofAttempt = Prisma.sql`(SELECT build_id FROM attempt WHERE id = ${attemptId}::uuid)`;
    const outcome = await this.db.statement((db) =>
      transitionIn(db, ofAttempt, {
        event: { type: 'claimed' },
        provided: isCurrent(attemptId, Prisma.sql`a.state = 'dispatched'`),
        together: Prisma.sql`, claimed AS (
          UPDATE attempt a SET state = 'claimed', instance_id = ${instanceId}::uuid, worker_name = ${workerName}, claimed_at = now(),
            lease_until = now() + ${leaseMs} * interval '1 millisecond'
          FROM moved WHERE a.id = ${attemptId}::uuid)`,
      }),
    );
    return outcome.ok ? { attemptId, build: outcome.build, number: outcome.build.attemptNumber } : null;
  }

  /** The good attempt of a build that has succeeded: what an export of its cache starts from. */
  async finished(buildId: string): Promise<ClaimedAttempt | null> {
    const row = await this.db.prisma.attempt.findFirst({
      where: { buildId, state: 'built' },
      select: { id: true, number: true, resultSpace: true, build: true },
    });
    if (row?.build.status !== 'succeeded') return null;
    const { id: attemptId, number, resultSpace } = row;
    return { attemptId, build: toBuildRecord(row.build), number, ...(resultSpace !== null && { resultSpace }) };
  }

  /** Ids of the build's attempts before this one that were lost on this worker, the newest first. */
  async lostHere({ build, number }: ClaimedAttempt, workerName: string): Promise<string[]> {
    const rows = await this.db.prisma.attempt.findMany({
      where: { buildId: build.id, number: { lt: number }, state: 'lost', workerName },
      select: { id: true },
      orderBy: { number: 'desc' },
    });
    return rows.map(({ id }) => id);
  }

  /** What the attempt before this one of its build failed by; null where there was none, or it ended otherwise. */
  async failureBefore({ build, number }: ClaimedAttempt): Promise<FailureReport | null> {
    const row = await this.db.prisma.attempt.findFirst({
      where: { buildId: build.id, number: number - 1, state: 'failed' },
      select: { failure: true },
    });
    return (row?.failure ?? null) as FailureReport | null;
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
        AND a.state = 'claimed' AND b.attempt_number = a.number AND b.status IN ('running', 'canceling') AND ${losable}
      RETURNING a.id::text, b.status`;
    const status = new Map(rows.map((row) => [row.id, row.status]));
    const answer = (id: string): HeartbeatAnswer => {
      const found = status.get(id);
      if (found === undefined) return 'not_yours';
      return found === 'canceling' ? 'cancel' : 'go_on';
    };
    return new Map(attemptIds.map((id) => [id, answer(id)]));
  }

  /**
   * Remembers under which reference the engine knows this work, the Dockerfile that it builds, and in which space its results are,
   * where that is another than its zone's (`resultSpace`).
   */
  async describe(
    attempt: ClaimedAttempt,
    engineReference: string,
    dockerfile: string,
    resultSpace: string | null = null,
  ): Promise<void> {
    await this.db.prisma.attempt.updateMany({
      where: { id: attempt.attemptId, state: 'claimed' },
      data: { engineReference, dockerfile: storedText(dockerfile), resultSpace },
    });
  }

  /**
   * What the build's definition stands for, as soon as it is known: the page of a build that fails shows it too. Each attempt writes its
   * own; a claim takes that of the one before away.
   */
  async noteResolved({ attemptId }: ClaimedAttempt, resolved: ResolvedDefinition): Promise<void> {
    await this.db.prisma.$executeRaw`
      UPDATE build b SET resolved = ${storedJson(resolved)}::jsonb FROM attempt a
      WHERE a.id = ${attemptId}::uuid AND a.state = 'claimed' AND b.id = a.build_id AND b.attempt_number = a.number`;
  }

  /** Which cache its engine reads. */
  async noteCacheRead({ attemptId }: ClaimedAttempt, fact: CacheReadFact): Promise<void> {
    await this.db.prisma.$executeRaw`
      UPDATE attempt SET cache_read = ${storedJson(fact)}::jsonb WHERE id = ${attemptId}::uuid AND state = 'claimed'`;
  }

  /** The attempt takes over what an earlier one of its build had come to: it has read what that one did. */
  async adoptCacheRead({ attemptId, build }: ClaimedAttempt, earlierId: string): Promise<void> {
    await this.db.prisma.$executeRaw`
      UPDATE attempt a SET cache_read = e.cache_read FROM attempt e
      WHERE a.id = ${attemptId}::uuid AND a.state = 'claimed' AND e.id = ${earlierId}::uuid AND e.build_id = ${build.id}::uuid`;
  }

  /** The image is in the staging repository. The lease ends; control goes on. */
  built(attempt: ClaimedAttempt, instanceId: string, facts: BuiltFacts): Promise<TransitionOutcome> {
    return this.end(attempt, instanceId, 'built', { event: { type: 'built' }, set: columnsOf(facts) });
  }

  /**
   * @param pauseMs how long the build waits before its next attempt, if there is one
   * @param warnings what the builder noted until then
   */
  failed(
    attempt: ClaimedAttempt,
    instanceId: string,
    failure: FailureReport,
    next: { readonly retryable: boolean; readonly attemptsLeft: boolean; readonly pauseMs: number },
    warnings: readonly BuildWarning[] = [],
  ): Promise<TransitionOutcome> {
    const { retryable, attemptsLeft, pauseMs } = next;
    const set = [
      Prisma.sql`dispatch_after = now() + ${pauseMs} * interval '1 millisecond'`,
      Prisma.sql`warnings = ${storedJson(warnings)}::jsonb`,
    ];
    return this.end(attempt, instanceId, 'failed', {
      event: { type: 'failed', retryable, attemptsLeft },
      failure,
      set,
    });
  }

  timedOut(attempt: ClaimedAttempt, instanceId: string, failure: FailureReport): Promise<TransitionOutcome> {
    return this.end(attempt, instanceId, 'timed_out', { event: { type: 'timeout' }, failure });
  }

  /** The canceled work has really ended. */
  stopped(attempt: ClaimedAttempt, instanceId: string): Promise<TransitionOutcome> {
    return this.end(attempt, instanceId, 'canceled', { event: { type: 'stopped' } });
  }

  private async end(
    { attemptId, build, number }: ClaimedAttempt,
    instanceId: string,
    state: AttemptState,
    request: Pick<TransitionRequest, 'event' | 'failure' | 'set'>,
  ): Promise<TransitionOutcome> {
    const failure = request.failure ? storedJson(request.failure) : null;
    const outcome = await this.db.statement((db) =>
      transitionIn(db, build.id, {
        ...request,
        attemptNumber: number,
        provided: isCurrent(attemptId, Prisma.sql`a.state = 'claimed' AND a.instance_id = ${instanceId}::uuid`),
        together: Prisma.sql`, ended AS (
          UPDATE attempt a SET state = ${state}, ended_at = now(), registry_token = NULL, failure = ${failure}::jsonb
          FROM moved WHERE a.id = ${attemptId}::uuid)`,
      }),
    );
    // Whatever the reason: the attempt is over for this builder.
    return outcome.ok ? outcome : { ok: false, reason: 'stale' };
  }
}

/** The attempt is its build's newest, and in a state. For the build's row `b`. */
function isCurrent(attemptId: string, state: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`EXISTS (
    SELECT 1 FROM attempt a WHERE a.id = ${attemptId}::uuid AND a.build_id = b.id AND a.number = b.attempt_number AND ${state})`;
}

function columnsOf(facts: BuiltFacts): Prisma.Sql[] {
  return [
    Prisma.sql`digest = ${facts.digest}`,
    Prisma.sql`media_type = ${facts.mediaType}`,
    Prisma.sql`size_bytes = ${BigInt(facts.sizeBytes)}`,
    Prisma.sql`base_images = ${storedJson(facts.baseImages)}::jsonb`,
    Prisma.sql`sources = ${storedJson(facts.sources ?? [])}::jsonb`,
    Prisma.sql`steps_total = ${facts.stepsTotal}`,
    Prisma.sql`steps_cached = ${facts.stepsCached}`,
    Prisma.sql`warnings = ${storedJson(facts.warnings)}::jsonb`,
    Prisma.sql`tools = ${facts.tools ? storedJson(facts.tools) : null}::jsonb`,
    // Once more, in the statement behind which no builder can write it: a statement of the one before may have waited until now (R22A-11).
    Prisma.sql`resolved = ${facts.resolved ? storedJson(facts.resolved) : null}::jsonb`,
    // Nothing is exported for a build whose cancel was quicker.
    Prisma.sql`cache_export = CASE WHEN m.to_status = 'running' THEN ${facts.exportCache ? 'pending' : 'none'} ELSE 'none' END`,
  ];
}
