import { Prisma } from '../generated/client.js';

/** Joins to an entry `e` of a project `p` the last build that could read it and found steps: `used.number`, `used.at`. */
export const lastUse = Prisma.sql`LEFT JOIN LATERAL (
  SELECT b.number, coalesce(b.started_at, b.queued_at) AS at FROM build b
  WHERE b.project_id = e.project_id AND b.platform = e.platform AND b.steps_cached > 0
    AND b.cache_policy <> 'none' AND NOT b.no_cache AND NOT b.after_reset
    AND ((b.zone = e.zone AND b.ref = e.ref AND b.cache_epoch = e.epoch AND (e.zone = 'protected' OR b.cache_policy = 'zone'))
      OR (e.zone = 'protected' AND e.ref = 'refs/heads/' || p.default_branch AND b.main_cache_epoch = e.epoch)
      OR (e.zone = 'protected' AND e.ref = b.target_ref AND b.target_cache_epoch = e.epoch))
  ORDER BY b.id DESC LIMIT 1) used ON true`;
