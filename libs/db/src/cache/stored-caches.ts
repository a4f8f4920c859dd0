import type { StoredCache } from '@cooperage/domain';
import type { Database } from '../database.js';
import { lastUse } from './cache-use.js';

/** A reference as it was when it was looked at. */
export interface StoredCacheRecord extends StoredCache {
  readonly digest: string;
}

/** All that the registry holds of a project's caches; nothing where the project is gone. */
export async function storedCaches(db: Database, projectId: string): Promise<StoredCacheRecord[]> {
  return db.prisma.$queryRaw<StoredCacheRecord[]>`
    SELECT e.zone, e.ref, e.platform, e.epoch, e.digest, e.bytes::float8 AS bytes, e.written_at AS "writtenAt", used.at AS "usedAt",
      e.zone = 'protected' AND e.ref = 'refs/heads/' || coalesce(p.default_branch, '') AS "readByAll"
    FROM cache_entry e JOIN project p ON p.id = e.project_id ${lastUse}
    WHERE e.project_id = ${projectId}::uuid AND p.deleted_at IS NULL`;
}
