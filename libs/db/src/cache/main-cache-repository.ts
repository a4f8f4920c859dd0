import type { MainCacheFacts } from '@cooperage/domain';
import type { Database } from '../database.js';

/** The cache that all builds of a project read: what its default branch left in the registry. */
export class MainCacheRepository {
  constructor(private readonly db: Database) {}

  /** Null for a project whose default branch is not known yet. */
  async find(projectId: string): Promise<MainCacheFacts | null> {
    const [facts] = await this.db.prisma.$queryRaw<MainCacheFacts[]>`
      SELECT m.epoch,
        EXISTS (SELECT 1 FROM cache_entry e WHERE e.project_id = p.id AND e.zone = 'protected' AND e.ref = m.ref
          AND e.platform = p.platform AND e.epoch = m.epoch) AS stands,
        EXISTS (SELECT 1 FROM cache_eviction v WHERE v.project_id = p.id AND v.zone = 'protected' AND v.ref = m.ref
          AND v.platform = p.platform AND v.epoch = m.epoch) AS deleted,
        (SELECT max(b.number) FROM (SELECT number, status, cache_export FROM build WHERE project_id = p.id AND ref = m.ref
            AND zone = 'protected' AND cache_epoch = m.epoch ORDER BY id DESC LIMIT 20) b
          WHERE b.status IN ('awaiting_approval', 'queued', 'running') OR b.cache_export = 'pending') AS "underWay"
      FROM project p, LATERAL (
        SELECT r.ref, coalesce((SELECT max(c.epoch) FROM cache_reset c WHERE c.project_id = p.id
          AND (c.zone IS NULL OR c.zone = 'protected') AND (c.ref IS NULL OR c.ref = r.ref)), 0) AS epoch
        FROM (SELECT 'refs/heads/' || p.default_branch AS ref) r) m
      WHERE p.id = ${projectId}::uuid AND p.default_branch IS NOT NULL`;
    return facts ?? null;
  }
}
