import type { Zone } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { channels } from '../listen/channels.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import type { CacheResetRecord } from './cache-reset-repository.js';

/** A manifest in a cache repository whose tag another export has moved. */
export interface ReplacedCache {
  readonly id: string;
  readonly zone: Zone;
  readonly ref: string;
  readonly epoch: number;
  /** A builder wrote it, so it need not be a digest. */
  readonly digest: string;
}

/** Manifests that the registry keeps behind no tag: the rows are all that knows of them. A trigger on `cache_entry` writes them. */
export class ReplacedCacheRepository {
  constructor(private readonly db: Database) {}

  /** A promise of work for each project that has one to delete now. */
  async promise(): Promise<void> {
    await this.db.prisma.$executeRaw`
      WITH due AS (
        SELECT DISTINCT r.project_id AS id FROM cache_replaced r JOIN project p ON p.id = r.project_id AND p.deleted_at IS NULL
        WHERE r.look_at <= now() AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.topic = 'evict-cache' AND o.group_id = r.project_id)
      ), added AS (
        INSERT INTO outbox (topic, subject_id, group_id) SELECT 'evict-cache', id, id FROM due RETURNING topic
      ) SELECT pg_notify(${channels.outbox}, topic)::text FROM added`;
  }

  /** What an entry of the same repository names counts there. Rows that somebody holds are passed over, here and below. */
  async forgetCurrent(projectId: string): Promise<void> {
    await this.db.prisma.$executeRaw`
      DELETE FROM cache_replaced WHERE id IN (
        SELECT r.id FROM cache_replaced r JOIN cache_entry e ON e.project_id = r.project_id
          AND e.zone = r.zone AND e.ref = r.ref AND e.epoch = r.epoch AND e.digest = r.digest
        WHERE r.project_id = ${projectId}::uuid FOR UPDATE OF r SKIP LOCKED)`;
  }

  due(projectId: string, query: KeysetQuery): Promise<KeysetPage<ReplacedCache>> {
    return this.page(projectId, Prisma.sql`r.look_at <= now()`, query);
  }

  before({ projectId, epoch, zone, ref }: CacheResetRecord, query: KeysetQuery): Promise<KeysetPage<ReplacedCache>> {
    const older = Prisma.sql`r.epoch < ${epoch} AND (${zone}::text IS NULL OR r.zone = ${zone}) AND (${ref}::text IS NULL OR r.ref = ${ref})`;
    return this.page(projectId, older, query);
  }

  /** Strangers may have a ref of the same name. */
  ofRef(projectId: string, ref: string, query: KeysetQuery): Promise<KeysetPage<ReplacedCache>> {
    return this.page(projectId, Prisma.sql`r.ref = ${ref} AND r.zone <> 'fork'`, query);
  }

  ofProject(projectId: string, query: KeysetQuery): Promise<KeysetPage<ReplacedCache>> {
    return this.page(projectId, Prisma.sql`true`, query);
  }

  /** The registry has them no more. */
  async gone(rows: readonly ReplacedCache[]): Promise<void> {
    await this.db.prisma.$executeRaw`DELETE FROM cache_replaced WHERE id IN (${free(rows)})`;
  }

  /** They count on. */
  async putOff(rows: readonly ReplacedCache[], ms: number): Promise<void> {
    await this.db.prisma.$executeRaw`
      UPDATE cache_replaced SET look_at = now() + ${ms} * interval '1 millisecond' WHERE id IN (${free(rows)})`;
  }

  private async page(
    projectId: string,
    where: Prisma.Sql,
    { after, limit }: KeysetQuery,
  ): Promise<KeysetPage<ReplacedCache>> {
    const rows = await this.db.prisma.$queryRaw<ReplacedCache[]>`
      SELECT r.id::text, r.zone, r.ref, r.epoch, r.digest FROM cache_replaced r
      WHERE r.project_id = ${projectId}::uuid AND ${where} AND (${after}::uuid IS NULL OR r.id > ${after}::uuid)
      ORDER BY r.id LIMIT ${limit + 1}`;
    return toPage(
      rows,
      limit,
      ({ id }) => id,
      (row) => row,
    );
  }
}

/** A builder that replaces a cache of its zone holds rows of that, and control works on all zones of a project together. */
function free(rows: readonly ReplacedCache[]): Prisma.Sql {
  return Prisma.sql`SELECT id FROM cache_replaced WHERE id = ANY (${rows.map(({ id }) => id)}::uuid[]) FOR UPDATE SKIP LOCKED`;
}
