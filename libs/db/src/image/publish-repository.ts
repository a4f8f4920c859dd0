import type { BuildRecord } from '../build/build-record.js';
import { type TransitionOutcome, transitionIn } from '../build/build-transition.js';
import type { Database } from '../database.js';
import type { Prisma } from '../generated/client.js';
import { holdsTenureIn, type Tenure } from '../lease/tenure-repository.js';
import { newId } from '../new-id.js';
import { promise } from '../outbox/outbox-repository.js';

export interface TagTarget {
  readonly tag: string;
  readonly digest: string;
}

/** The publish gate and what follows: rows say where each tag should point, before the registry is told. */
export class PublishRepository {
  constructor(private readonly db: Database) {}

  /**
   * Passes the gate: the image is known, each tag's row points to it where no newer build has it, and the build only
   * rolls forward from here. Refused as `stale` when the tenure is not the caller's any more.
   */
  async passGate(build: BuildRecord, tenure: Tenure, platforms: readonly string[]): Promise<TransitionOutcome> {
    return this.db.transaction(async (tx) => {
      if (!(await holdsTenureIn(tx, tenure))) return { ok: false, reason: 'stale' };
      const outcome = await transitionIn(
        tx,
        build.id,
        { attemptNumber: build.attemptNumber },
        { type: 'gate' },
        { phase: 'publish' },
      );
      if (!outcome.ok) return outcome;
      await upsertImage(tx, build, platforms);
      if (build.movesTags) for (const tag of build.tags) await pointTag(tx, build, tag);
      return outcome;
    });
  }

  /** Tags whose row still points to this build: those that it has to put. */
  async tagsOf(buildId: string): Promise<TagTarget[]> {
    return this.db.prisma.imageTag.findMany({
      where: { buildId },
      select: { tag: true, digest: true },
      orderBy: { tag: 'asc' },
    });
  }

  async tagsOfProject(projectId: string): Promise<TagTarget[]> {
    return this.db.prisma.imageTag.findMany({
      where: { projectId },
      select: { tag: true, digest: true },
      orderBy: { tag: 'asc' },
    });
  }

  /** Digests that tags of this project point to: those whose signatures must be complete. */
  async taggedDigests(projectId: string): Promise<string[]> {
    const rows = await this.db.prisma.imageTag.findMany({
      where: { projectId },
      select: { digest: true },
      distinct: ['digest'],
    });
    return rows.map((row) => row.digest);
  }

  async digestsOfProject(projectId: string): Promise<string[]> {
    const rows = await this.db.prisma.image.findMany({ where: { projectId }, select: { digest: true } });
    return rows.map((row) => row.digest);
  }

  /** Promises a reconciliation of each project that has tags and is not waiting for one already. */
  async promiseReconciliations(): Promise<void> {
    await this.db.prisma.$executeRaw`
      INSERT INTO outbox (topic, subject_id, group_id)
      SELECT 'reconcile', t.project_id, t.project_id FROM (SELECT DISTINCT project_id FROM image_tag) t
      WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.topic = 'reconcile' AND o.group_id = t.project_id)`;
  }

  /** The registry has it all. The export of the cache, if one is due, starts now and not before. */
  async succeed(build: BuildRecord, tenure: Tenure): Promise<TransitionOutcome> {
    return this.db.transaction(async (tx) => {
      if (!(await holdsTenureIn(tx, tenure))) return { ok: false, reason: 'stale' };
      const outcome = await transitionIn(tx, build.id, { attemptNumber: build.attemptNumber }, { type: 'published' });
      if (outcome.ok && outcome.build.cacheExport === 'pending') await promise(tx, 'export-cache', build.id, build.id);
      return outcome;
    });
  }
}

async function upsertImage(
  tx: Prisma.TransactionClient,
  build: BuildRecord,
  platforms: readonly string[],
): Promise<void> {
  const data = {
    mediaType: build.mediaType!,
    sizeBytes: BigInt(build.sizeBytes ?? 0),
    platforms: [...platforms],
    buildId: build.id,
    commit: build.commit,
  };
  await tx.image.upsert({
    where: { projectId_digest: { projectId: build.projectId, digest: build.digest! } },
    create: { ...data, id: newId(), projectId: build.projectId, digest: build.digest! },
    update: data,
  });
}

/** Points one tag to the build's image, unless a newer (sequence, number) has it. A real move is kept in the history. */
async function pointTag(tx: Prisma.TransactionClient, build: BuildRecord, tag: string): Promise<void> {
  const [old] = await tx.$queryRaw<{ digest: string }[]>`
    SELECT digest FROM image_tag WHERE project_id = ${build.projectId}::uuid AND tag = ${tag} FOR UPDATE`;
  const moved = await tx.$executeRaw`
    INSERT INTO image_tag AS t (project_id, tag, digest, build_id, sequence, build_number)
    VALUES (${build.projectId}::uuid, ${tag}, ${build.digest}, ${build.id}::uuid, ${build.sequence}, ${build.number})
    ON CONFLICT (project_id, tag) DO UPDATE SET digest = excluded.digest, build_id = excluded.build_id, sequence = excluded.sequence,
      build_number = excluded.build_number, moved_at = now()
    WHERE (t.sequence, t.build_number) < (excluded.sequence, excluded.build_number)`;
  if (moved === 0 || old?.digest === build.digest) return;
  await tx.tagMove.create({
    data: {
      id: newId(),
      projectId: build.projectId,
      tag,
      fromDigest: old?.digest ?? null,
      toDigest: build.digest!,
      buildId: build.id,
      buildNumber: build.number,
    },
  });
}
