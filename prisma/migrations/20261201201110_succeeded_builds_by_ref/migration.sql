-- Outside of a transaction: builds are written while the index is made. What did not end is done again from the first statement on.
-- A badge asks for the newest image of a branch. Of builds that failed since there may be any number.
DROP INDEX CONCURRENTLY IF EXISTS "build_green_ref_idx";
CREATE INDEX CONCURRENTLY "build_green_ref_idx" ON "build" ("project_id", "ref", "id") WHERE "status" = 'succeeded';
