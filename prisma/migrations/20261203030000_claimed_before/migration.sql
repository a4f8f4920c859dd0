-- Attempts that were claimed before `attempt.key_hash` was there: their builders write the end of their logs and export their caches as others
-- do (R21F-5). The process that claimed them is there still, since its row goes a day after it has ended.
UPDATE "attempt" a SET "key_hash" = i."key_hash" FROM "process_instance" i
WHERE i."id" = a."instance_id" AND i."role" = 'builder' AND a."key_hash" IS NULL
  AND (a."state" = 'claimed' OR a."state" = 'built' AND a."ended_at" > now() - interval '1 day');
