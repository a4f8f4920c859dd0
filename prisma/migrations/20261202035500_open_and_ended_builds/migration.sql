-- Outside of a transaction: builds are written while the indexes are made. What did not end is done again from the first statement on.
-- What is open, of a project or of an image: a few builds beside any number that have ended.
DROP INDEX CONCURRENTLY IF EXISTS "build_unfinished_idx";
CREATE INDEX CONCURRENTLY "build_unfinished_idx" ON "build" ("project_id", "digest", "id") WHERE "finished_at" IS NULL;
-- Which zones made an image, and whether it was published in each of them before and after a moment. Any number of builds make the same bytes.
DROP INDEX CONCURRENTLY IF EXISTS "build_digest_idx";
CREATE INDEX CONCURRENTLY "build_digest_idx" ON "build" ("project_id", "digest", "zone", "status", "finished_at")
  WHERE "digest" IS NOT NULL;
-- What ended in the last minutes, which pages may have missed.
DROP INDEX CONCURRENTLY IF EXISTS "build_finished_idx";
CREATE INDEX CONCURRENTLY "build_finished_idx" ON "build" ("finished_at") WHERE "finished_at" IS NOT NULL;
