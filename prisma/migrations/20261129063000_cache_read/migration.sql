-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "cache_read" JSONB;

-- AlterTable
ALTER TABLE "cache_entry" ADD COLUMN     "used_at" TIMESTAMPTZ(3),
ADD COLUMN     "used_number" INTEGER;

-- What was read before now nobody wrote down: the last build that might have read it and found steps counts as its use.
UPDATE cache_entry c SET used_number = used.number, used_at = used.at
FROM (
  SELECT e.id, last.number, last.at FROM cache_entry e JOIN project p ON p.id = e.project_id
  JOIN LATERAL (
    SELECT b.number, coalesce(b.started_at, b.queued_at) AS at FROM build b
    WHERE b.project_id = e.project_id AND b.platform = e.platform AND b.steps_cached > 0
      AND b.cache_policy <> 'none' AND NOT b.no_cache AND NOT b.after_reset
      AND ((b.zone = e.zone AND b.ref = e.ref AND b.cache_epoch = e.epoch AND (e.zone = 'protected' OR b.cache_policy = 'zone'))
        OR (e.zone = 'protected' AND e.ref = 'refs/heads/' || p.default_branch AND b.main_cache_epoch = e.epoch)
        OR (e.zone = 'protected' AND e.ref = b.target_ref AND b.target_cache_epoch = e.epoch))
    ORDER BY b.id DESC LIMIT 1) last ON true) used
WHERE c.id = used.id;
