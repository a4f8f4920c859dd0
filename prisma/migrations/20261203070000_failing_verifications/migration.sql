-- Outside of a transaction: images are verified while the index is made. What did not end is done again from the first statement on.
-- What failed, which is little beside all that was verified.
DROP INDEX CONCURRENTLY IF EXISTS "image_verification_failed_idx";
CREATE INDEX CONCURRENTLY "image_verification_failed_idx" ON "image_verification" ("project_id", "id" DESC)
  WHERE NOT "ok" AND "verdict" IS DISTINCT FROM 'impossible';
