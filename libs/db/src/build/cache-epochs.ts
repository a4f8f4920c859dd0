import { Prisma } from '../generated/client.js';

/** The newest reset that covers a place: of its project, its zone, or its ref. */
const newestReset = (projectId: string, zone: string, ref: string) =>
  `(SELECT c.epoch, c.after_number FROM cache_reset c WHERE c.project_id = ${projectId}
    AND (c.zone IS NULL OR c.zone = ${zone}) AND (c.ref IS NULL OR c.ref = ${ref}) ORDER BY c.epoch DESC LIMIT 1)`;

const mainRef = `(SELECT 'refs/heads/' || p.default_branch FROM project p WHERE p.id = r.project_id)`;

/**
 * Under which names the caches of a new row `r` of `build` are. The caller's transaction holds the project's row, as does a
 * reset: a build is made before it or after it, never half.
 */
export const cacheEpochs = {
  epochNames: Prisma.raw('cache_epoch, main_cache_epoch, target_cache_epoch, after_reset'),
  epochs: Prisma.raw(`LATERAL (
    SELECT coalesce(own.epoch, 0) AS cache_epoch, coalesce(main.epoch, 0) AS main_cache_epoch,
      coalesce(target.epoch, 0) AS target_cache_epoch,
      own.epoch IS NOT NULL AND NOT EXISTS (SELECT 1 FROM build b WHERE b.project_id = r.project_id
        AND b.number > own.after_number AND b.cache_epoch = own.epoch AND b.status = 'succeeded') AS after_reset
    FROM (SELECT 1) one LEFT JOIN LATERAL ${newestReset('r.project_id', 'r.zone', 'r.ref')} own ON true
    LEFT JOIN LATERAL ${newestReset('r.project_id', `'protected'`, mainRef)} main ON true
    LEFT JOIN LATERAL ${newestReset('r.project_id', `'protected'`, 'r.target_ref')} target ON r.target_ref IS NOT NULL) epochs`),
};
