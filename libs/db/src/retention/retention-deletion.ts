import type { Database, Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { deleteBuild, deleteLog } from './delete-in-portions.js';
import { collectableBuild, collectableDelivery, collectableLog } from './retention-guards.js';

/** A deletion that is due. */
export interface DueDeletion {
  readonly id: string;
  readonly kind: 'build' | 'log' | 'delivery';
  readonly subject: string;
  readonly reason: string;
}

/** Deletions that one statement puts off. */
const putOffAtOnce = 5_000;

const guards = {
  build: Prisma.sql`SELECT b.id::text FROM build b WHERE ${collectableBuild} AND b.id`,
  log: Prisma.sql`SELECT b.id::text FROM build b WHERE ${collectableLog} AND b.id`,
  delivery: Prisma.sql`SELECT d.id::text FROM delivery d WHERE ${collectableDelivery} AND d.id`,
} as const;

/**
 * Deletes rows that are due: builds, logs and deliveries. Every method can be repeated, so a process may end at any point.
 * The caller has the project to itself.
 */
export class RetentionDeletion {
  /** @param atOnce deletions that are put off in one statement */
  constructor(
    private readonly db: Database,
    private readonly atOnce = putOffAtOnce,
  ) {}

  /**
   * Begins up to `limit` deletions: sets `deleting`, after which nobody can undo them. What is referenced again is not begun:
   * an age forgets it, so that it can be selected later, and a request is `kept` with the reason.
   */
  async begin(projectId: string, limit: number): Promise<DueDeletion[]> {
    return this.db.transaction(async (tx) => {
      const due = await tx.$queryRaw<DueDeletion[]>`
        SELECT id::text, kind, subject, reason FROM retention_candidate
        WHERE project_id = ${projectId}::uuid AND kind IN ('build', 'log', 'delivery') AND state IN ('scheduled', 'deleting') AND delete_after <= now()
        ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
      const begun: DueDeletion[] = [];
      for (const kind of ['build', 'log', 'delivery'] as const) {
        const some = due.filter((each) => each.kind === kind);
        const free = await collectable(tx, kind, some);
        await this.drop(
          tx,
          some.filter(({ subject }) => !free.has(subject)),
        );
        begun.push(...some.filter(({ subject }) => free.has(subject)));
      }
      await tx.$executeRaw`
        UPDATE retention_candidate SET state = 'deleting', message = NULL WHERE id = ANY (${begun.map(({ id }) => id)}::uuid[])`;
      return begun;
    });
  }

  async delete({ id, kind, subject }: DueDeletion): Promise<void> {
    if (kind === 'log') await this.deleteLog(subject);
    if (kind === 'build') await deleteBuild(this.db, subject);
    if (kind === 'delivery') await this.deleteDelivery(subject);
    await this.db.prisma.retentionCandidate.updateMany({
      where: { id },
      data: { state: 'deleted', finishedAt: new Date() },
    });
  }

  /**
   * Has these deletions, of any kind, tried again at another time.
   * @param message why, for a person
   */
  async putOff(ids: readonly string[], message: string, until: Date): Promise<void> {
    await this.putOffThose(Prisma.sql`c.id = ANY (${[...ids]}::uuid[])`, message, until);
  }

  /**
   * As `putOff`, for all of a project that is due now, with what the registry would be asked again. It goes in portions: it is the way out
   * where a project is too large for one statement.
   * @param until later than now
   */
  async putOffAll(projectId: string, message: string, until: Date): Promise<void> {
    const portion = Prisma.sql`c.id = ANY (ARRAY(SELECT id FROM retention_candidate
      WHERE project_id = ${projectId}::uuid AND state IN ('scheduled', 'deleting') AND delete_after <= now() LIMIT ${this.atOnce}))`;
    while ((await this.putOffThose(portion, message, until)) > 0);
    await this.db.prisma.stagedImage.updateMany({
      where: { projectId, state: 'deleted', lookAt: { lte: new Date() } },
      data: { lookAt: until },
    });
    await this.db.prisma.mountedImage.updateMany({
      where: { projectId, lookAt: { lte: new Date() } },
      data: { lookAt: until },
    });
  }

  /**
   * What was staged can be pushed again meanwhile: a build must not wait for a deletion that nobody tries.
   * @param which over `retention_candidate c`
   * @returns how many were put off
   */
  private async putOffThose(which: Prisma.Sql, message: string, until: Date): Promise<number> {
    const [row] = await this.db.statement(
      (db) => db.$queryRaw<{ count: number }[]>`
        WITH put_off AS (
          UPDATE retention_candidate c SET message = ${message}, delete_after = ${until}
          WHERE ${which} AND c.state IN ('scheduled', 'deleting') RETURNING c.project_id, c.kind, c.subject
        ), staged AS (
          UPDATE staged_image s SET state = 'staged' FROM put_off p
          WHERE p.kind = 'staged' AND s.id::text = p.subject AND s.project_id = p.project_id AND s.state = 'deleting'
        )
        SELECT count(*)::int AS count FROM put_off`,
    );
    return row!.count;
  }

  /** Leaves a log without lines that is complete, and says when it was deleted. */
  private async deleteLog(buildId: string): Promise<void> {
    await deleteLog(this.db, buildId);
    await this.db.prisma.attempt.updateMany({
      where: { buildId },
      data: { logNextN: 0, logLines: 0, logBytes: 0, logDeletedAt: new Date() },
    });
  }

  /** Builds that it started stay, without a way to it. */
  private async deleteDelivery(id: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.$executeRaw`
        UPDATE build SET delivery_id = NULL
        WHERE id IN (SELECT build_id FROM verdict WHERE delivery_id = ${id}::uuid) AND delivery_id = ${id}::uuid`;
      await tx.delivery.deleteMany({ where: { id } });
    });
  }

  private async drop(tx: Queryable, deletions: readonly DueDeletion[]): Promise<void> {
    const id = { in: deletions.map((each) => each.id) };
    await tx.retentionCandidate.deleteMany({ where: { id, reason: 'age' } });
    const data = { state: 'kept', finishedAt: new Date(), message: 'it is in use' };
    await tx.retentionCandidate.updateMany({ where: { id }, data });
  }
}

async function collectable(
  tx: Queryable,
  kind: DueDeletion['kind'],
  deletions: readonly DueDeletion[],
): Promise<ReadonlySet<string>> {
  if (deletions.length === 0) return new Set();
  const subjects = deletions.map(({ subject }) => subject);
  const rows = await tx.$queryRaw<{ id: string }[]>`${guards[kind]} = ANY (${subjects}::uuid[])`;
  return new Set(rows.map(({ id }) => id));
}
