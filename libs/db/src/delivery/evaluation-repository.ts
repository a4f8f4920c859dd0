import type { Rule, Verdict, Zone } from '@cooperage/domain';
import { createBuildIn, nextSequenceIn } from '../build/build-creation.js';
import type { BuildLimits, BuildRecord, BuildTrigger } from '../build/build-record.js';
import type { Database } from '../database.js';
import type { Prisma } from '../generated/client.js';
import { newId } from '../new-id.js';

/** A delivery that waits for its verdicts, with what evaluation needs of its project. */
export interface EvaluationSubject {
  readonly deliveryId: string;
  readonly eventName: string;
  readonly ref: string | null;
  readonly after: string | null;
  readonly body: Uint8Array;
  readonly replayOf: string | null;
  readonly sender: string | null;
  /** How often it was tried before. */
  readonly attempts: number;
  readonly project: EvaluationProject;
  readonly rules: readonly Rule[];
}

export interface EvaluationProject {
  readonly id: string;
  readonly organizationId: string;
  readonly remoteUrl: string;
  readonly gitCredentials: Uint8Array | null;
  readonly defaultBranch: string | null;
  readonly contextPath: string;
  readonly dockerfilePath: string;
  readonly target: string | null;
  readonly platform: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly limits: BuildLimits;
  /** Grows with each evaluated head; another value at commit means that somebody else evaluated in between. */
  readonly lastSequence: bigint;
}

/** What evaluation found at the git host, and what each rule makes of it. */
export interface EvaluationResult {
  readonly ref: string;
  readonly commit: string;
  readonly commitSubject: string;
  readonly commitAuthor: string;
  readonly commitTime: number;
  readonly defaultBranch: string;
  /** True for a head that is an ancestor of one already evaluated: its builds move no tag. */
  readonly late: boolean;
  readonly zone: Zone;
  readonly verdicts: readonly Verdict[];
  readonly trigger: BuildTrigger;
  readonly triggeredBy: string | null;
}

export type CommitOutcome =
  | { readonly ok: true; readonly builds: BuildRecord[] }
  | { readonly ok: false; readonly reason: 'changed' | 'gone' };

/** Reads deliveries to evaluate and writes their outcome in one transaction. */
export class EvaluationRepository {
  constructor(private readonly db: Database) {}

  /** Null when the delivery or its project is gone, or the delivery is evaluated already. */
  async load(deliveryId: string): Promise<EvaluationSubject | null> {
    const row = await this.db.prisma.delivery.findUnique({
      where: { id: deliveryId },
      include: { project: { include: { rules: { orderBy: [{ position: 'asc' }, { id: 'asc' }] } } } },
    });
    if (!row || row.project.deletedAt || (row.status !== 'received' && row.status !== 'evaluating')) return null;
    return {
      deliveryId: row.id,
      eventName: row.eventName,
      ref: row.ref,
      after: row.after,
      body: row.body,
      replayOf: row.replayOf,
      sender: row.sender,
      attempts: row.evaluationAttempts,
      project: row.project as unknown as EvaluationProject,
      rules: row.project.rules as unknown as Rule[],
    };
  }

  /** The head of a ref that was evaluated last; null for a new ref. */
  async head(projectId: string, ref: string): Promise<string | null> {
    const row = await this.db.prisma.refHead.findUnique({ where: { projectId_ref: { projectId, ref } } });
    return row?.commit ?? null;
  }

  /** Commit of the newest build of each rule for this ref: what makes a repeated push one. */
  async newestBuiltCommits(projectId: string, ref: string): Promise<Map<string, string>> {
    const rows = await this.db.prisma.$queryRaw<{ rule_id: string; commit: string }[]>`
      SELECT DISTINCT ON (rule_id) rule_id::text, commit FROM build
      WHERE project_id = ${projectId}::uuid AND ref = ${ref} AND rule_id IS NOT NULL ORDER BY rule_id, id DESC`;
    return new Map(rows.map((row) => [row.rule_id, row.commit]));
  }

  /** The git host could not be reached: said on the delivery, tried again later. */
  async markWaiting(deliveryId: string, note: string): Promise<void> {
    await this.db.prisma.delivery.updateMany({
      where: { id: deliveryId, status: { in: ['received', 'evaluating'] } },
      data: { status: 'evaluating', note, evaluationAttempts: { increment: 1 } },
    });
  }

  async markFailed(deliveryId: string, failureCode: string, note: string): Promise<void> {
    await this.db.prisma.delivery.updateMany({
      where: { id: deliveryId, status: { in: ['received', 'evaluating'] } },
      data: { status: 'failed', failureCode, note, evaluatedAt: new Date() },
    });
  }

  /** Nothing to build: a deleted ref, or a ref that is not there any more. */
  async markNothing(deliveryId: string, note: string): Promise<void> {
    await this.db.prisma.delivery.updateMany({
      where: { id: deliveryId, status: { in: ['received', 'evaluating'] } },
      data: { status: 'evaluated', note, evaluatedAt: new Date() },
    });
  }

  /**
   * Verdicts, builds, their numbers and sequence, the new head: one transaction. `changed` when another evaluation of this
   * project has committed since `load`: what was read at the git host may be old, so the caller reads again.
   */
  async commit(subject: EvaluationSubject, result: EvaluationResult): Promise<CommitOutcome> {
    return this.db.transaction(async (tx) => {
      const [project] = await tx.$queryRaw<{ last_sequence: bigint }[]>`
        SELECT last_sequence FROM project WHERE id = ${subject.project.id}::uuid AND deleted_at IS NULL FOR UPDATE`;
      if (!project) return { ok: false, reason: 'gone' };
      if (project.last_sequence !== subject.project.lastSequence) return { ok: false, reason: 'changed' };
      const claimed = await tx.delivery.updateMany({
        where: { id: subject.deliveryId, status: { in: ['received', 'evaluating'] } },
        data: { status: 'evaluated', note: null, ref: result.ref, after: result.commit, evaluatedAt: new Date() },
      });
      if (claimed.count === 0) return { ok: false, reason: 'gone' };
      const sequence = await nextSequenceIn(tx, subject.project.id);
      await saveHead(tx, subject.project.id, result, sequence);
      const builds: BuildRecord[] = [];
      for (const verdict of result.verdicts) {
        const build = verdict.matched ? await createBuildIn(tx, newBuild(subject, result, verdict, sequence)) : null;
        if (build) builds.push(build);
        await tx.verdict.create({
          data: {
            ...verdict,
            id: newId(),
            ruleId: verdict.ruleId || null,
            tags: [...verdict.tags],
            deliveryId: subject.deliveryId,
            buildId: build?.id ?? null,
          },
        });
      }
      return { ok: true, builds };
    });
  }
}

async function saveHead(
  tx: Prisma.TransactionClient,
  projectId: string,
  result: EvaluationResult,
  sequence: bigint,
): Promise<void> {
  await tx.project.update({ where: { id: projectId }, data: { defaultBranch: result.defaultBranch } });
  if (result.late) return;
  const head = { commit: result.commit, sequence, evaluatedAt: new Date() };
  await tx.refHead.upsert({
    where: { projectId_ref: { projectId, ref: result.ref } },
    create: { ...head, projectId, ref: result.ref },
    update: head,
  });
}

function newBuild(subject: EvaluationSubject, result: EvaluationResult, verdict: Verdict, sequence: bigint) {
  const { project } = subject;
  return {
    organizationId: project.organizationId,
    projectId: project.id,
    sequence,
    ruleId: verdict.ruleId || null,
    ruleName: verdict.ruleName,
    deliveryId: subject.deliveryId,
    trigger: result.trigger,
    triggeredBy: result.triggeredBy,
    retryOf: null,
    ref: result.ref,
    commit: result.commit,
    commitSubject: result.commitSubject,
    commitAuthor: result.commitAuthor,
    commitTime: result.commitTime,
    zone: result.zone,
    movesTags: !result.late,
    tags: verdict.tags,
    contextPath: project.contextPath,
    dockerfilePath: project.dockerfilePath,
    target: project.target,
    platform: project.platform,
    buildArgs: project.buildArgs,
    limits: project.limits,
    noCache: false,
  };
}
