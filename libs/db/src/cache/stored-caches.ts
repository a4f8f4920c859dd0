import type { StoredCache } from '@cooperage/domain';
import type { Database } from '../database.js';

/** A reference as it was when it was looked at. */
export interface StoredCacheRecord extends StoredCache {
  readonly digest: string;
}

type StoredRow = Omit<StoredCacheRecord, 'blobs'> & { readonly digests: string[]; readonly sizes: number[] };

/** All that the registry holds of a project's caches; nothing where the project is gone. */
export async function storedCaches(db: Database, projectId: string): Promise<StoredCacheRecord[]> {
  const rows = await db.prisma.$queryRaw<StoredRow[]>`
    SELECT e.zone, e.ref, e.platform, e.epoch, e.digest, e.bytes::float8 AS bytes, e.blob_digests AS digests, e.blob_bytes::float8[] AS sizes, e.written_at AS "writtenAt", e.used_at AS "usedAt",
      e.zone = 'protected' AND e.ref = 'refs/heads/' || coalesce(p.default_branch, '') AS "readByAll"
    FROM cache_entry e JOIN project p ON p.id = e.project_id
    WHERE e.project_id = ${projectId}::uuid AND p.deleted_at IS NULL`;
  return rows.map(({ digests, sizes, ...row }) => ({
    ...row,
    blobs: digests.map((digest, at) => ({ digest, bytes: sizes[at]! })),
  }));
}
