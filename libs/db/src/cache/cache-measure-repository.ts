import type { CacheBlob, CachePlace } from '@cooperage/domain';
import type { Database } from '../database.js';

/** The cache reference that the export of a build has written, or was to write. */
export interface ExportedPlace extends CachePlace {
  readonly projectId: string;
  readonly buildId: string;
  readonly number: number;
}

/** The cache reference that an export is about to write. */
export interface PlaceBeforeExport extends ExportedPlace {
  /** What was last written down to stand there; null for nothing. */
  readonly digest: string | null;
}

/** What the registry itself says of a cache reference. */
export interface MeasuredCache {
  /** Of its manifest. */
  readonly digest: string;
  readonly blobs: readonly CacheBlob[];
}

/** Replaces what a builder has said of a cache in the registry by what was measured there (R2-N14). */
export class CacheMeasureRepository {
  constructor(private readonly db: Database) {}

  /** Null for a build that exports none to the registry, or has not come to the end of it. */
  async placeOf(buildId: string): Promise<ExportedPlace | null> {
    const [row] = await this.db.prisma.$queryRaw<ExportedPlace[]>`
      SELECT b.project_id::text AS "projectId", b.zone, b.ref, b.platform, b.cache_epoch AS epoch, b.id::text AS "buildId", b.number
      FROM build b JOIN project p ON p.id = b.project_id AND p.deleted_at IS NULL
      WHERE b.id = ${buildId}::uuid AND b.cache_backend = 'registry' AND b.status = 'succeeded' AND b.cache_export IN ('done', 'failed')`;
    return row ?? null;
  }

  /** Null for a build whose export has ended, or writes nothing to the registry. */
  async placeBefore(buildId: string): Promise<PlaceBeforeExport | null> {
    const [row] = await this.db.prisma.$queryRaw<PlaceBeforeExport[]>`
      SELECT b.project_id::text AS "projectId", b.zone, b.ref, b.platform, b.cache_epoch AS epoch, b.id::text AS "buildId", b.number, e.digest
      FROM build b JOIN project p ON p.id = b.project_id AND p.deleted_at IS NULL
        LEFT JOIN cache_entry e ON e.project_id = b.project_id AND e.zone = b.zone AND e.ref = b.ref AND e.platform = b.platform
          AND e.epoch = b.cache_epoch
      WHERE b.id = ${buildId}::uuid AND b.cache_backend IN ('registry', 'inline') AND b.status = 'succeeded' AND b.cache_export = 'pending'`;
    return row ?? null;
  }

  /** An export that failed may have written all the same: then nothing else knows of it. */
  async store(place: ExportedPlace, { digest, blobs }: MeasuredCache): Promise<void> {
    const { projectId, zone, ref, platform, epoch, buildId, number } = place;
    const digests = blobs.map((blob) => blob.digest);
    const sizes = blobs.map(({ bytes }) => BigInt(bytes));
    await this.db.prisma.$executeRaw`
      INSERT INTO cache_entry AS e (project_id, zone, ref, platform, epoch, digest, bytes, blob_digests, blob_bytes, build_id, build_number)
      VALUES (${projectId}::uuid, ${zone}, ${ref}, ${platform}, ${epoch}, ${digest},
        (SELECT coalesce(sum(s), 0) FROM unnest(${sizes}::bigint[]) s), ${digests}::text[], ${sizes}::bigint[], ${buildId}::uuid, ${number})
      ON CONFLICT (project_id, zone, ref, platform, epoch) DO UPDATE
        SET digest = excluded.digest, bytes = excluded.bytes, blob_digests = excluded.blob_digests, blob_bytes = excluded.blob_bytes
        WHERE (e.digest, e.bytes, e.blob_digests, e.blob_bytes)
          IS DISTINCT FROM (excluded.digest, excluded.bytes, excluded.blob_digests, excluded.blob_bytes)`;
  }

  /** What a lost export has left under the tag, and an export is about to replace. While the tag leads to it, it is not deleted. */
  async noteLeft(place: CachePlace & { readonly projectId: string }, { digest, blobs }: MeasuredCache): Promise<void> {
    const { projectId, zone, ref, epoch } = place;
    const bytes = blobs.reduce((sum, blob) => sum + BigInt(blob.bytes), 0n);
    await this.db.prisma.$executeRaw`
      INSERT INTO cache_replaced (project_id, zone, ref, epoch, digest, bytes, look_at)
      SELECT ${projectId}::uuid, ${zone}, ${ref}, ${epoch}, ${digest}, ${bytes}, now() + interval '10 minutes' WHERE NOT EXISTS (
        SELECT 1 FROM cache_replaced WHERE project_id = ${projectId}::uuid AND digest = ${digest} AND zone = ${zone} AND ref = ${ref}
          AND epoch = ${epoch})`;
  }
}
