import type { Digest, Zone } from '@cooperage/domain';
import type { Database, Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import type { StagedBlob } from '../image/staging-repository.js';
import { newId } from '../new-id.js';

/** Something that builds have pushed and that is no image of the project. */
export interface StagedLeftover {
  readonly id: string;
  readonly digest: Digest;
  readonly zone: Zone;
  /** Blobs that it counts. */
  readonly blobs: readonly StagedBlob[];
  readonly notedAt: Date;
}

export interface StagedToDelete extends StagedLeftover {
  readonly candidateId: string;
}

/** What the registry still holds of it, and when to ask again. */
export interface StagedRest {
  readonly blobs: readonly StagedBlob[];
  readonly lookAt: Date;
}

/** No token of its builder is good for longer, so nothing is pushed behind this. */
const pushedForMinutes = 15;
/** Until the deletion, after a build has ended without an image. */
const graceMinutes = 60;

/** Until a row is looked at again that a builder held; none is held for longer. */
const heldForMs = 60_000;

/** Rows that one statement looks at. */
const windowRows = 1_000;
/** Windows of one run: the next run goes on behind them. */
const mostWindows = 20;

/** Over `staged_image s`: no build that is open can publish it, or push it. Each build is found by one step along an index (R14B-1). */
const isLeftover = Prisma.sql`(
  s.noted_at < now() - ${pushedForMinutes} * interval '1 minute'
  AND NOT EXISTS (SELECT 1 FROM build b WHERE b.id = s.build_id AND b.project_id = s.project_id AND b.finished_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM build b WHERE b.project_id = s.project_id AND b.digest = s.digest AND b.finished_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM image i WHERE i.project_id = s.project_id AND i.digest = s.digest)
  -- While it stands in the project's own repository as well, this row counts its blobs for both.
  AND NOT EXISTS (SELECT 1 FROM mounted_image m WHERE m.project_id = s.project_id AND m.digest = s.digest))`;

/** @internal What of these rows is to be deleted, and is not scheduled yet. */
export function leftoversSql(ids: readonly string[]): Prisma.Sql {
  return Prisma.sql`
    SELECT s.id::text AS subject, s.project_id::text AS "projectId", s.bytes,
      coalesce((SELECT '#' || b.number FROM build b WHERE b.id = s.build_id), left(s.digest, 19)) AS label
    FROM staged_image s JOIN project p ON p.id = s.project_id AND p.deleted_at IS NULL
    WHERE s.id = ANY (${ids}::uuid[]) AND s.state = 'staged' AND ${isLeftover} AND NOT EXISTS (
      SELECT 1 FROM retention_candidate c WHERE c.project_id = s.project_id AND c.kind = 'staged' AND c.subject = s.id::text)`;
}

/** Deletes what builds have pushed that ended without an image, and counts it until the registry holds it no longer. */
export class StagedDeletion {
  /** Where the last run of `schedule` ended; null at the beginning of the table. */
  private cursor: string | null = null;

  /** @param size rows of one window */
  constructor(
    private readonly db: Database,
    private readonly size = windowRows,
  ) {}

  /** Schedules their deletion, of a bounded part of the table in a run. @returns how many were scheduled */
  async schedule(): Promise<number> {
    let scheduled = 0;
    for (let window = 0; window < mostWindows; window++) {
      const ids = await this.nextWindow();
      scheduled += await this.scheduleOf(ids);
      if (ids.length < this.size) break;
    }
    return scheduled;
  }

  /** Moves the cursor first: a window whose statement fails does not keep the rows behind it from their turn. */
  private async nextWindow(): Promise<string[]> {
    const rows = await this.db.prisma.stagedImage.findMany({
      ...{ where: this.cursor === null ? {} : { id: { gt: this.cursor } }, select: { id: true } },
      ...{ orderBy: { id: 'asc' }, take: this.size },
    });
    this.cursor = rows.length < this.size ? null : rows.at(-1)!.id;
    return rows.map(({ id }) => id);
  }

  private async scheduleOf(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    await this.forgetImages(ids);
    const selected = await this.db.prisma.$queryRaw<
      { subject: string; projectId: string; label: string; bytes: bigint }[]
    >(leftoversSql(ids));
    if (selected.length === 0) return 0;
    const deleteAfter = new Date(Date.now() + graceMinutes * 60_000);
    const { count } = await this.db.prisma.retentionCandidate.createMany({
      data: selected.map((row) => ({ ...row, id: newId(), kind: 'staged', reason: 'unpublished', deleteAfter })),
      skipDuplicates: true,
    });
    return count;
  }

  /** Rows that a builder held while the image was published: it counts as an image since. */
  private async forgetImages(ids: readonly string[]): Promise<void> {
    await this.db.prisma.$executeRaw`
      DELETE FROM staged_image WHERE id IN (
        SELECT s.id FROM staged_image s JOIN image i ON i.project_id = s.project_id AND i.digest = s.digest
        WHERE s.id = ANY (${ids}::uuid[]) AND s.state = 'staged' FOR UPDATE OF s SKIP LOCKED)`;
  }

  /** Whether something is to be deleted, or to be asked of the registry again. */
  async hasDue(projectId: string): Promise<boolean> {
    const [row] = await this.db.prisma.$queryRaw<{ due: boolean }[]>`
      SELECT EXISTS (SELECT 1 FROM retention_candidate WHERE project_id = ${projectId}::uuid AND kind = 'staged'
          AND state IN ('scheduled', 'deleting') AND delete_after <= now())
        OR EXISTS (SELECT 1 FROM staged_image WHERE project_id = ${projectId}::uuid AND state = 'deleted' AND look_at <= now()) AS due`;
    return row!.due;
  }

  /**
   * Begins up to `limit` deletions. From then on no build pushes the same image until `end`. What an open build makes again is left to
   * the next selection, and what a builder holds to a later turn.
   */
  async begin(projectId: string, limit: number): Promise<StagedToDelete[]> {
    return this.db.transaction(async (tx) => {
      const due = await tx.$queryRaw<{ candidateId: string; subject: string }[]>`
        SELECT id::text AS "candidateId", subject FROM retention_candidate
        WHERE project_id = ${projectId}::uuid AND kind = 'staged' AND state IN ('scheduled', 'deleting') AND delete_after <= now()
        ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
      const subjects = due.map(({ subject }) => subject);
      const free = await idsOf(
        tx.$queryRaw`SELECT id::text FROM staged_image WHERE id = ANY (${subjects}::uuid[]) FOR UPDATE SKIP LOCKED`,
      );
      const there = await idsOf(tx.$queryRaw`SELECT id::text FROM staged_image WHERE id = ANY (${subjects}::uuid[])`);
      const rows = await tx.$queryRaw<LeftoverRow[]>`
        UPDATE staged_image s SET state = 'deleting'
        WHERE s.id = ANY (${[...free]}::uuid[]) AND (s.state = 'deleting' OR ${isLeftover}) RETURNING ${columns}`;
      const found = new Map(rows.map((row) => [row.id, toLeftover(row)]));
      const begun = due.flatMap(({ candidateId, subject }) => {
        const leftover = found.get(subject);
        return leftover ? [{ ...leftover, candidateId }] : [];
      });
      await setState(tx, begun, 'deleting');
      const others = Map.groupBy(
        due.filter(({ subject }) => !found.has(subject)),
        ({ subject }) => there.has(subject) && !free.has(subject),
      );
      const idsOfCandidates = (isHeld: boolean) => (others.get(isHeld) ?? []).map(({ candidateId }) => candidateId);
      await tx.retentionCandidate.deleteMany({ where: { id: { in: idsOfCandidates(false) } } });
      // One that is held may be in the state `deleting`, and nothing but its candidate leads to it.
      const deleteAfter = new Date(Date.now() + heldForMs);
      await tx.retentionCandidate.updateMany({ where: { id: { in: idsOfCandidates(true) } }, data: { deleteAfter } });
      return begun;
    });
  }

  /** Its manifest is deleted. The row stays, and counts, while something is left of it. */
  async end(staged: StagedToDelete, rest: StagedRest): Promise<void> {
    await this.db.transaction(async (tx) => {
      await noteRest(tx, staged.id, rest);
      await setState(tx, [staged], 'deleted');
    });
  }

  /** Up to `limit` whose manifests are gone, and of which the registry is to be asked again. */
  async toLookAt(projectId: string, limit: number): Promise<StagedLeftover[]> {
    const rows = await this.db.prisma.$queryRaw<LeftoverRow[]>`
      SELECT ${columns} FROM staged_image s
      WHERE s.project_id = ${projectId}::uuid AND s.state = 'deleted' AND s.look_at <= now() ORDER BY s.look_at LIMIT ${limit}`;
    return rows.map(toLeftover);
  }

  /** Has the registry asked at another time. */
  async lookLater(id: string, lookAt: Date): Promise<void> {
    await this.db.prisma.stagedImage.updateMany({ where: { id, state: 'deleted' }, data: { lookAt } });
  }

  async looked({ id }: StagedLeftover, rest: StagedRest): Promise<void> {
    await this.db.transaction((tx) => noteRest(tx, id, rest));
  }
}

type LeftoverRow = Omit<StagedLeftover, 'blobs'> & { readonly digests: string[]; readonly sizes: bigint[] };

const columns = Prisma.sql`s.id::text, s.digest, s.zone, s.noted_at AS "notedAt", s.blob_digests AS digests, s.blob_bytes AS sizes`;

function toLeftover({ digests, sizes, ...row }: LeftoverRow): StagedLeftover {
  return { ...row, blobs: digests.map((digest, at) => ({ digest, bytes: Number(sizes[at]) })) };
}

async function idsOf(rows: Promise<unknown>): Promise<ReadonlySet<string>> {
  return new Set(((await rows) as { id: string }[]).map(({ id }) => id));
}

/**
 * A blob that another row of the zone counts stays with that one: found in one pass over all of them, as `stage_image` does (R4-F1).
 * A row that was staged again meanwhile is left as it is.
 */
async function noteRest(tx: Queryable, id: string, { blobs, lookAt }: StagedRest): Promise<void> {
  const digests = blobs.map(({ digest }) => digest);
  const sizes = blobs.map(({ bytes }) => BigInt(bytes));
  await tx.$executeRaw`
    UPDATE staged_image s SET state = 'deleted', look_at = ${lookAt}, blob_digests = l.digests, blob_bytes = l.sizes, bytes = l.bytes
    FROM staged_image me CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(n.blob), '{}') AS digests, coalesce(array_agg(n.bytes), '{}') AS sizes, coalesce(sum(n.bytes), 0) AS bytes
      FROM (SELECT a.blob, max(a.bytes) AS bytes FROM (
          SELECT u.blob, u.bytes, false AS is_counted FROM unnest(${digests}::text[], ${sizes}::bigint[]) AS u(blob, bytes)
          UNION ALL SELECT d.blob, 0, true FROM staged_image o CROSS JOIN LATERAL unnest(o.blob_digests) AS d(blob)
            WHERE o.project_id = me.project_id AND o.zone = me.zone AND o.id <> me.id) a
        GROUP BY a.blob HAVING NOT bool_or(a.is_counted)) n) l
    WHERE s.id = ${id}::uuid AND me.id = s.id AND s.state <> 'staged'`;
  await tx.$executeRaw`
    DELETE FROM staged_image WHERE id = ${id}::uuid AND state = 'deleted' AND cardinality(blob_digests) = 0`;
}

async function setState(
  tx: Queryable,
  staged: readonly StagedToDelete[],
  state: 'deleting' | 'deleted',
): Promise<void> {
  const where = { id: { in: staged.map(({ candidateId }) => candidateId) } };
  const data = { state, message: null, ...(state === 'deleted' && { finishedAt: new Date() }) };
  await tx.retentionCandidate.updateMany({ where, data });
}
