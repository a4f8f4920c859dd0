import type { CachePlace, Zone } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { newId } from '../new-id.js';
import { type CacheResetRecord, toReset } from './cache-reset-repository.js';

/** Why a cache reference was deleted. */
export const evictionCauses = ['reset'] as const;
export type EvictionCause = (typeof evictionCauses)[number];

/** The end of caches in the registry. Every method can be repeated. */
export class CacheSweepRepository {
  constructor(private readonly db: Database) {}

  /** Null where it was carried out, or its project is gone. */
  async openReset(id: string): Promise<CacheResetRecord | null> {
    const row = await this.db.prisma.cacheReset.findFirst({ where: { id, sweptAt: null } });
    return row && toReset(row);
  }

  /** What builds before a reset may have left in the registry. */
  async placesBefore(reset: CacheResetRecord): Promise<CachePlace[]> {
    return this.db.prisma.$queryRaw<CachePlace[]>`
      SELECT DISTINCT b.zone, b.ref, b.platform, b.cache_epoch AS epoch FROM build b
      WHERE ${older(reset)} AND b.cache_export <> 'none'`;
  }

  /** Builds that may still write there. */
  async writersBefore(reset: CacheResetRecord): Promise<number> {
    const [row] = await this.db.prisma.$queryRaw<{ open: number }[]>`
      SELECT count(*)::int AS open FROM build b
      WHERE ${older(reset)} AND (b.finished_at IS NULL OR b.cache_export = 'pending')`;
    return row!.open;
  }

  /** A reference is gone from the registry: so is its entry, and the log says why. */
  async evicted(projectId: string, place: CachePlace, why: EvictionCause): Promise<void> {
    const { zone, ref, platform, epoch } = place;
    await this.db.statement(
      (db) => db.$executeRaw`
        WITH gone AS (
          DELETE FROM cache_entry WHERE project_id = ${projectId}::uuid AND zone = ${zone} AND ref = ${ref}
            AND platform = ${platform} AND epoch = ${epoch} RETURNING digest, bytes
        )
        INSERT INTO cache_eviction (id, project_id, zone, ref, platform, epoch, digest, bytes, why)
        SELECT ${newId()}::uuid, ${projectId}::uuid, ${zone}, ${ref}, ${platform}, ${epoch}, gone.digest, gone.bytes, ${why}
        FROM (SELECT 1) one LEFT JOIN gone ON true`,
    );
  }

  async swept({ projectId, epoch }: CacheResetRecord): Promise<void> {
    await this.db.prisma.cacheReset.updateMany({
      where: { projectId, epoch, sweptAt: null },
      data: { sweptAt: new Date() },
    });
  }
}

function older({ projectId, epoch, zone, ref }: CacheResetRecord): Prisma.Sql {
  return Prisma.sql`b.project_id = ${projectId}::uuid AND b.cache_epoch < ${epoch}
    AND (${zone}::text IS NULL OR b.zone = ${zone as Zone | null}) AND (${ref}::text IS NULL OR b.ref = ${ref})`;
}
