import { canRetry, type FailureReport, type Phase } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { type AuditFacts, writeAudit } from '../account/audit.js';
import type { Database } from '../database.js';
import { createBuildIn } from './build-creation.js';
import { toBuildRecord, toJson } from './build-mapping.js';
import { type BuildRecord, type CacheExportState, stateOf } from './build-record.js';
import { announce, closePhases, type Expectation, type TransitionOutcome, transitionIn } from './build-transition.js';

export type CancelOutcome =
  | { readonly ok: true; readonly build: BuildRecord }
  | { readonly ok: false; readonly reason: 'not_found' | 'final' | 'too_late' | 'already_canceling' };

export type RetryOutcome =
  | { readonly ok: true; readonly buildId: string; readonly number: number }
  | { readonly ok: false; readonly reason: 'not_found' | 'not_final' };

/** The one writer of builds. */
export class BuildRepository {
  constructor(private readonly db: Database) {}

  async find(buildId: string): Promise<BuildRecord | null> {
    const row = await this.db.prisma.build.findUnique({ where: { id: buildId } });
    return row && toBuildRecord(row);
  }

  /** Control could not publish it, for a reason that will not pass. */
  async fail(buildId: string, expected: Expectation, failure: FailureReport): Promise<TransitionOutcome> {
    const event = { type: 'failed', retryable: false, attemptsLeft: false } as const;
    return this.db.transaction((tx) => transitionIn(tx, buildId, expected, event, { failure: toJson(failure) }));
  }

  /**
   * A person's cancel. A queued build ends at once; a running one becomes `canceling` until its builder says that the
   * work has ended.
   * @param actor who is named in the audit, in the same transaction
   */
  async requestCancel(buildId: string, actorName: string, actor?: Actor): Promise<CancelOutcome> {
    return this.db.transaction(async (tx) => {
      const outcome = await transitionIn(
        tx,
        buildId,
        {},
        { type: 'cancel' },
        { cancelRequestedAt: new Date(), cancelRequestedBy: actorName },
        actorName,
      );
      if (!outcome.ok) return cancelRefusal(outcome.reason);
      // A dispatched attempt of a canceled build is not there to be claimed any more.
      if (outcome.build.status === 'canceled')
        await tx.attempt.updateMany({
          where: { buildId, state: 'dispatched' },
          data: { state: 'canceled', endedAt: new Date(), logComplete: true },
        });
      if (actor) await writeAudit(tx, actor, auditOf('build.cancel', outcome.build));
      return outcome;
    });
  }

  /** A person's retry: a new build of the same commit and inputs, linked to the old one; it inherits the sequence. */
  async createRetry(
    buildId: string,
    options: { noCache: boolean; actorName: string; actor?: Actor },
  ): Promise<RetryOutcome> {
    return this.db.transaction(async (tx) => {
      const row = await tx.build.findUnique({ where: { id: buildId } });
      if (!row) return { ok: false, reason: 'not_found' };
      const old = toBuildRecord(row);
      if (!canRetry(stateOf(old))) return { ok: false, reason: 'not_final' };
      const build = await createBuildIn(tx, {
        ...inputsOf(old),
        noCache: options.noCache,
        trigger: 'retry',
        triggeredBy: options.actorName,
        retryOf: old.id,
      });
      if (options.actor)
        await writeAudit(tx, options.actor, {
          ...auditOf('build.retry', build),
          after: { retryOf: old.id, noCache: options.noCache },
        });
      return { ok: true, buildId: build.id, number: build.number };
    });
  }

  /** Notes what a running build does now. A stale attempt changes nothing. */
  async setPhase(
    buildId: string,
    attemptNumber: number,
    phase: Phase,
    waitReason: string | null = null,
  ): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM build WHERE id = ${buildId}::uuid FOR UPDATE`;
      const row = await tx.build.findUnique({ where: { id: buildId } });
      if (!row) return;
      const build = toBuildRecord(row);
      if (build.status !== 'running' || build.attemptNumber !== attemptNumber) return;
      if (build.phase === phase && build.waitReason === waitReason) return;
      const now = new Date();
      const spans =
        build.phase === phase
          ? build.phases
          : [...closePhases(build, now), { phase, startedAt: now.toISOString(), endedAt: null }];
      const after = await tx.build.update({
        where: { id: buildId },
        data: { phase, waitReason, phases: toJson(spans), version: { increment: 1 } },
      });
      await announce(tx, toBuildRecord(after));
    });
  }

  /** Says why a build does not move; null when it moves again. */
  async setWaitReason(buildId: string, waitReason: string | null): Promise<void> {
    const { count } = await this.db.prisma.build.updateMany({
      where: { id: buildId, NOT: { waitReason }, finishedAt: null },
      data: { waitReason, version: { increment: 1 } },
    });
    const build = count === 0 ? null : await this.find(buildId);
    if (build) await announce(this.db.prisma, build);
  }

  /** The cache export runs after success and never changes the build's state. */
  async setCacheExport(buildId: string, state: CacheExportState, note: string | null = null): Promise<void> {
    const row = await this.db.prisma.build.update({
      where: { id: buildId },
      data: { cacheExport: state, cacheExportNote: note, version: { increment: 1 } },
    });
    await announce(this.db.prisma, toBuildRecord(row));
  }
}

function auditOf(action: string, build: BuildRecord): AuditFacts {
  return { organizationId: build.organizationId, action, subjectKind: 'build', subjectId: build.id };
}

function cancelRefusal(reason: string): CancelOutcome {
  if (reason === 'not_found' || reason === 'final' || reason === 'too_late') return { ok: false, reason };
  return { ok: false, reason: 'already_canceling' };
}

function inputsOf(build: BuildRecord) {
  return {
    organizationId: build.organizationId,
    projectId: build.projectId,
    sequence: build.sequence,
    ruleId: build.ruleId,
    ruleName: build.ruleName,
    deliveryId: build.deliveryId,
    ref: build.ref,
    commit: build.commit,
    commitSubject: build.commitSubject,
    commitAuthor: build.commitAuthor,
    commitTime: build.commitTime,
    zone: build.zone,
    movesTags: build.movesTags,
    tags: build.tags,
    contextPath: build.contextPath,
    dockerfilePath: build.dockerfilePath,
    target: build.target,
    platform: build.platform,
    buildArgs: build.buildArgs,
    limits: build.limits,
  };
}
