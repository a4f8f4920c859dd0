import { Prisma } from '../generated/client.js';

/**
 * For a transition of control: the cache of the registry that the newest attempt of `moved` has read was of use where it found steps, in it
 * or in its engine. A row that somebody holds is passed over, and so is what the builder wrote of it where that is no name of a cache: a
 * note that is lost costs nothing, and a builder may hold the rows of its zone for as long as it likes.
 */
export const cacheUsed = Prisma.sql`, used AS (
  UPDATE cache_entry e SET used_number = c.number, used_at = c.started_at FROM (
    SELECT k.project_id, k.zone, k.ref, k.platform, k.epoch, moved.number, moved.started_at
    FROM moved JOIN attempt r ON r.build_id = moved.id AND r.number = moved.attempt_number
    CROSS JOIN LATERAL (SELECT r.cache_read->'cache' AS fact) f
    JOIN cache_entry k ON k.project_id = moved.project_id AND k.platform = moved.platform
      AND k.zone = f.fact->>'zone' AND k.ref = f.fact->>'ref' AND to_jsonb(k.epoch) = f.fact->'epoch'
    WHERE moved.steps_cached > 0 AND moved.cache_backend <> 'local' AND f.fact->>'digest' IS NOT NULL
      AND (k.used_number IS NULL OR k.used_number < moved.number)
    FOR UPDATE OF k SKIP LOCKED) c
  WHERE e.project_id = c.project_id AND e.zone = c.zone AND e.ref = c.ref AND e.platform = c.platform AND e.epoch = c.epoch)`;
