-- Outside of a transaction: builds are written while the index is made. What did not end is done again from the first statement on.
-- A badge asks for the newest build of a branch that ended and was not canceled. Of canceled ones there may be any number.
DROP INDEX CONCURRENTLY IF EXISTS "build_ended_ref_idx";
CREATE INDEX CONCURRENTLY "build_ended_ref_idx" ON "build" ("project_id", "ref", "id")
  WHERE "status" IN ('succeeded', 'failed', 'timed_out');
