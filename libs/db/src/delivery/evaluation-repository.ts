import type {
  BuildDefinition,
  CacheBackend,
  ClaimedRepository,
  ForgeKind,
  HeldTag,
  LeftOutTag,
  NoBuildReason,
  Rule,
  Verdict,
  Zone,
} from '@cooperage/domain';
import { type AddedBuild, insertBuildsIn } from '../build/build-creation.js';
import type { BuildLimits, BuildTrigger } from '../build/build-record.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { heldTags } from '../image/held-tags.js';
import { channels } from '../listen/channels.js';
import { storedText } from '../stored-text.js';
import { deliveryAnnouncement } from './delivery-announcement.js';
import { insertVerdictsIn, largeInputs, newBuild, takeEvaluationIn } from './evaluation-commit.js';
import { type SubjectRow, subjectSql, toSubject } from './evaluation-subject-row.js';
import { queueRoomIn, withinQueue } from './queue-quota.js';
import { type WaitingHead, waitForRoom } from './wait-for-room.js';

/** A delivery that waits for its verdicts, with what evaluation needs of its project. */
export interface EvaluationSubject {
  readonly deliveryId: string;
  readonly forge: ForgeKind;
  /** What the payload says of its repository; null where it says nothing. */
  readonly repository: ClaimedRepository | null;
  readonly eventName: string;
  readonly ref: string | null;
  readonly before: string | null;
  readonly after: string | null;
  /** Our own description of a build by hand; null for what a forge sent. */
  readonly body: Uint8Array | null;
  readonly replayOf: string | null;
  /** An earlier delivery that had the same body and did not fail; null where there is none. */
  readonly sameBodyAs: string | null;
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
  /** The git host's own id of its repository, see `repositoryKey` of the domain; null before it was seen. */
  readonly repositoryKey: string | null;
  readonly gitCredentials: Uint8Array | null;
  readonly contextPath: string;
  readonly dockerfilePath: string;
  readonly target: string | null;
  readonly platform: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly namedContexts: Readonly<Record<string, string>>;
  readonly definition: BuildDefinition | null;
  readonly limits: BuildLimits;
  readonly strictIsolation: boolean;
  /** The one that the git host named last, by its short name; null while it named none. */
  readonly defaultBranch: string | null;
  readonly protectedBranches: readonly string[];
  readonly protectedTags: readonly string[];
  readonly cacheBackend: CacheBackend;
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
  /** Null where neither the git host nor the project names one. */
  readonly defaultBranch: string | null;
  /** The head of the ref at the git host. */
  readonly observed: string;
  /** True for a head that is an ancestor of one already evaluated: its builds move no tag. */
  readonly late: boolean;
  /** The head that was evaluated before is not behind this one: the builds of before move no tag any more. */
  readonly rewrites: boolean;
  readonly zone: Zone;
  readonly targetRef: string | null;
  readonly noCache: boolean;
  readonly verdicts: readonly Verdict[];
  /** By rule: tags that its build does not get, since they belong to protected branches and releases. */
  readonly leftOut: ReadonlyMap<string, readonly LeftOutTag[]>;
  readonly trigger: BuildTrigger;
  readonly triggeredBy: string | null;
}

/** A ref as it was at its newest evaluation. */
export interface EvaluatedHead {
  readonly commit: string;
  /** Head of the newest evaluation in which rules were judged; a start by hand judges none. Null where there is no such evaluation. */
  readonly judgedCommit: string | null;
  /** The head at the git host then; null where nobody wrote it down. */
  readonly observed: string | null;
}

/** Why a delivery ends without a verdict of any rule. */
export interface NothingBuilt {
  readonly reason: NoBuildReason;
  /** The same for a person. */
  readonly note: string;
  readonly sameBodyAs: string | null;
}

export type CommitOutcome =
  | { readonly ok: true; readonly builds: AddedBuild[] }
  | { readonly ok: false; readonly reason: 'changed' | 'gone' }
  /** As many builds of the organization wait as may. `sentence` says so to a person. */
  | { readonly ok: false; readonly reason: 'queue_full'; readonly sentence: string };

/** Reads deliveries to evaluate and writes their outcome in one transaction. */
export class EvaluationRepository {
  constructor(private readonly db: Database) {}

  /** Null when the delivery or its project is gone, or the delivery is evaluated already. */
  async load(deliveryId: string): Promise<EvaluationSubject | null> {
    const [row] = await this.db.prisma.$queryRaw<SubjectRow[]>(subjectSql(deliveryId));
    return row ? toSubject(deliveryId, row) : null;
  }

  /** The head of a ref that was evaluated last, and what the git host showed then; null for a new ref. */
  async head(projectId: string, ref: string): Promise<EvaluatedHead | null> {
    const [head] = await this.db.prisma.$queryRaw<EvaluatedHead[]>`
      SELECT commit, judged_commit AS "judgedCommit", observed FROM ref_head WHERE project_id = ${projectId}::uuid AND ref = ${ref}`;
    return head ?? null;
  }

  /**
   * The rules that have a build of this commit of the ref: a repeated push of it is not built again. Not only the newest build is looked at,
   * which may be of a late commit (R24B-1).
   */
  async rulesThatBuilt(
    project: Pick<EvaluationProject, 'id' | 'organizationId'>,
    { ref, commit }: Pick<EvaluationResult, 'ref' | 'commit'>,
  ): Promise<ReadonlySet<string>> {
    const rows = await this.db.prisma.$queryRaw<{ ruleId: string }[]>`
      SELECT DISTINCT rule_id::text AS "ruleId" FROM build
      WHERE organization_id = ${project.organizationId} AND commit = ${commit} AND project_id = ${project.id}::uuid AND ref = ${ref}
        AND rule_id IS NOT NULL`;
    return new Set(rows.map(({ ruleId }) => ruleId));
  }

  /** Whose these tags are, where somebody has them. */
  heldTags(projectId: string, tags: readonly string[]): Promise<ReadonlyMap<string, HeldTag>> {
    return heldTags(this.db.prisma, projectId, tags);
  }

  /** The git host could not be reached: said on the delivery, tried again later. */
  async markWaiting(deliveryId: string, note: string): Promise<void> {
    await this.wait(
      deliveryId,
      Prisma.sql`reason = NULL, note = ${storedText(note)}, evaluation_attempts = evaluation_attempts + 1`,
    );
  }

  /** Writes that the delivery waits for room on control's disk. This is no try of the git host. */
  async markDiskFull(deliveryId: string, note: string): Promise<void> {
    await this.wait(deliveryId, Prisma.sql`reason = NULL, note = ${storedText(note)}`);
  }

  /**
   * Writes that the delivery waits because a statement timed out. This is no try of the git host, and a delivery that waits for room keeps its
   * note. The commit waits for the disk, so its duration shows how slow the database is.
   */
  async markSlow(deliveryId: string, note: string): Promise<void> {
    await this.wait(deliveryId, Prisma.sql`note = CASE WHEN reason IS NULL THEN ${storedText(note)} ELSE note END`);
  }

  async markFailed(deliveryId: string, failureCode: string, note: string): Promise<void> {
    await this.end(deliveryId, 'failed', note, failureCode);
  }

  /** Nothing to build, and why. The caches of a ref that is gone go too. */
  async markNothing(deliveryId: string, { reason, note, sameBodyAs }: NothingBuilt): Promise<void> {
    await this.db.prisma.$executeRaw`
      WITH ended AS (
        UPDATE delivery SET status = 'evaluated', reason = ${reason}, note = ${storedText(note)},
          same_body_as = ${sameBodyAs}::uuid, evaluated_at = now()
        WHERE id = ${deliveryId}::uuid AND status IN ('received', 'evaluating') RETURNING id, project_id, ref
      ), forgotten AS (
        INSERT INTO outbox (topic, subject_id, group_id) SELECT 'forget-ref', id, project_id FROM ended
        WHERE ref IS NOT NULL AND ${reason === 'ref_gone'}
        RETURNING topic
      ) SELECT ${Prisma.raw(deliveryAnnouncement('ended'))}, (SELECT pg_notify(${channels.outbox}, topic)::text FROM forgotten) AS woken
      FROM ended`;
  }

  /**
   * Verdicts, builds, their numbers and sequence, the new head: one transaction. `changed` when another evaluation of this
   * project has committed since `load`: what was read at the git host may be old, so the caller reads again.
   */
  async commit(subject: EvaluationSubject, result: EvaluationResult): Promise<CommitOutcome> {
    return this.db.transaction(async (tx) => {
      const fit = await withinQueue(tx, subject.project.organizationId, result.verdicts);
      if (fit.full !== null) return { ok: false, reason: 'queue_full', sentence: fit.full };
      const { verdicts } = fit;
      const matches = verdicts.filter((verdict) => verdict.matched);
      const taken = await takeEvaluationIn(tx, subject, result, matches.length);
      if (!taken.ok) return taken;
      const { sequence, firstNumber } = taken;
      const inputs = matches.map((verdict) => newBuild(subject, result, verdict, sequence));
      const builds = await insertBuildsIn(tx, inputs, largeInputs(subject), firstNumber);
      await insertVerdictsIn(tx, subject.deliveryId, verdicts, builds);
      return { ok: true, builds };
    });
  }

  /**
   * Whether a delivery waits for room in the queue of its organization, and there is none yet. Thousands may wait and are looked
   * at again and again, so nothing else is read of them.
   */
  async findsNoRoom(deliveryId: string): Promise<boolean> {
    const [waiting] = await this.db.prisma.$queryRaw<{ organizationId: string }[]>`
      SELECT p.organization_id AS "organizationId" FROM delivery d JOIN project p ON p.id = d.project_id
      WHERE d.id = ${deliveryId}::uuid AND d.status = 'evaluating' AND d.reason = 'quota_queued_builds' AND p.deleted_at IS NULL`;
    return waiting !== undefined && (await queueRoomIn(this.db.prisma, waiting.organizationId)).left <= 0;
  }

  /** Promises to look again at a delivery that waits for room. */
  async lookAgain(deliveryId: string, delayMs: number): Promise<void> {
    await this.db.prisma.$executeRaw`
      INSERT INTO outbox (topic, subject_id, group_id, available_at)
      SELECT 'evaluate', id, project_id, now() + ${delayMs} * interval '1 millisecond' FROM delivery
      WHERE id = ${deliveryId}::uuid AND status = 'evaluating'`;
  }

  /**
   * Lets a delivery wait for room and promises to look at it again after `delayMs`, as new work: waiting is no failed try.
   * @param head its ref and commit where that is the newest head of the ref: others that wait for room for this ref end
   */
  async waitForRoom(deliveryId: string, note: string, delayMs: number, head: WaitingHead | null): Promise<void> {
    await this.db.transaction((tx) => waitForRoom(tx, { deliveryId, note, delayMs, head }));
  }

  private async wait(deliveryId: string, change: Prisma.Sql): Promise<void> {
    await this.db.prisma.$executeRaw`
      WITH waiting AS (
        UPDATE delivery SET status = 'evaluating', ${change}
        WHERE id = ${deliveryId}::uuid AND status IN ('received', 'evaluating') RETURNING project_id
      ) SELECT ${Prisma.raw(deliveryAnnouncement('waiting'))} FROM waiting`;
  }

  private async end(deliveryId: string, status: string, note: string, failureCode: string | null): Promise<void> {
    await this.db.prisma.$executeRaw`
      WITH ended AS (
        UPDATE delivery SET status = ${status}, reason = NULL, note = ${storedText(note)}, failure_code = ${failureCode}, evaluated_at = now()
        WHERE id = ${deliveryId}::uuid AND status IN ('received', 'evaluating') RETURNING project_id
      ) SELECT ${Prisma.raw(deliveryAnnouncement('ended'))} FROM ended`;
  }
}
