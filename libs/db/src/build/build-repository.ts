import { canRetry, type FailureReport } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { withdrawDispatchedIn } from '../attempt/withdraw-dispatched.js';
import { type AuditFacts, writeAudit } from '../audit/write-audit.js';
import type { Database } from '../database.js';
import { queueRoomIn } from '../delivery/queue-quota.js';
import { Prisma } from '../generated/client.js';
import { type AddedBuild, createBuildIn } from './build-creation.js';
import { toBuildRecord } from './build-mapping.js';
import type { BuildRecord } from './build-record.js';
import { type TransitionOutcome, transitionIn } from './build-transition.js';
import { inputsOf, retriedColumns, toState } from './retried-build.js';

export type CancelOutcome =
  | { readonly ok: true; readonly build: BuildRecord }
  | { readonly ok: false; readonly reason: 'not_found' | 'final' | 'too_late' | 'already_canceling' };

export type RetryOutcome =
  | { readonly ok: true; readonly buildId: string; readonly number: number }
  | { readonly ok: false; readonly reason: 'not_found' | 'not_final' }
  | { readonly ok: false; readonly reason: 'quota'; readonly sentence: string };

/** The one writer of builds. */
export class BuildRepository {
  constructor(private readonly db: Database) {}

  async find(buildId: string): Promise<BuildRecord | null> {
    const row = await this.db.prisma.build.findUnique({ where: { id: buildId } });
    return row && toBuildRecord(row);
  }

  /** Where a build stands, and nothing that is large. */
  async standing(buildId: string): Promise<Pick<BuildRecord, 'id' | 'status' | 'stage' | 'attemptNumber'> | null> {
    const row = await this.db.prisma.build.findUnique({
      where: { id: buildId },
      select: { id: true, status: true, stage: true, attemptNumber: true },
    });
    return row as Pick<BuildRecord, 'id' | 'status' | 'stage' | 'attemptNumber'> | null;
  }

  /** Control could not publish it, for a reason that will not pass. */
  async fail(buildId: string, attemptNumber: number, failure: FailureReport): Promise<TransitionOutcome> {
    const event = { type: 'failed', retryable: false, attemptsLeft: false } as const;
    return this.db.statement((db) => transitionIn(db, buildId, { attemptNumber, event, failure }));
  }

  /**
   * A person's cancel. A queued build ends at once; a running one becomes `canceling` until its builder says that the
   * work has ended.
   * @param actor who is named in the audit, in the same transaction
   * @param alsoInstallation an administrator of the installation does it, in whose audit it is written too
   */
  async requestCancel(
    buildId: string,
    actorName: string,
    actor?: Actor,
    alsoInstallation = false,
  ): Promise<CancelOutcome> {
    return this.db.transaction(async (tx) => {
      const outcome = await transitionIn(tx, buildId, {
        event: { type: 'cancel' },
        actor: actorName,
        set: [Prisma.sql`cancel_requested_at = now()`, Prisma.sql`cancel_requested_by = ${actorName}`],
      });
      if (!outcome.ok) return cancelRefusal(outcome.reason);
      await withdrawDispatchedIn(tx, buildId, 'canceled');
      if (actor) await writeAudit(tx, actor, { ...auditOf('build.cancel', outcome.build), alsoInstallation });
      return outcome;
    });
  }

  /** A person's retry: a new build of the same commit, address and inputs, linked to the old one; it inherits the sequence. */
  async createRetry(
    buildId: string,
    options: { noCache: boolean; actorName: string; actor?: Actor },
  ): Promise<RetryOutcome> {
    return this.db.transaction(async (tx) => {
      const old = await tx.build.findUnique({ where: { id: buildId }, select: retriedColumns });
      if (!old) return { ok: false, reason: 'not_found' };
      if (!canRetry(toState(old))) return { ok: false, reason: 'not_final' };
      const room = await queueRoomIn(tx, old.organizationId);
      if (room.left === 0) return { ok: false, reason: 'quota', sentence: room.sentence };
      const { noCache, actorName } = options;
      const retry = { ...inputsOf(old), noCache, trigger: 'retry', triggeredBy: actorName, retryOf: old.id } as const;
      const build = await createBuildIn(tx, retry, { sameAs: old.id });
      if (!build) return { ok: false, reason: 'not_found' };
      if (options.actor)
        await writeAudit(tx, options.actor, {
          ...auditOf('build.retry', build),
          after: { retryOf: old.id, noCache: options.noCache },
        });
      return { ok: true, buildId: build.id, number: build.number };
    });
  }
}

function auditOf(action: string, build: AddedBuild): AuditFacts {
  const { organizationId, projectId, id } = build;
  return { organizationId, projectId, action, subjectKind: 'build', subjectId: id };
}

function cancelRefusal(reason: string): CancelOutcome {
  if (reason === 'not_found' || reason === 'final' || reason === 'too_late') return { ok: false, reason };
  return { ok: false, reason: 'already_canceling' };
}
