-- Outside of a transaction: images are published while the indexes are made. What did not end is done again from the first statement on.
-- The page of an image lists what tags came and went there: among the moves of years it read all of them.
DROP INDEX CONCURRENTLY IF EXISTS "tag_move_project_id_tag_id_idx";
CREATE INDEX CONCURRENTLY "tag_move_project_id_tag_id_idx" ON "tag_move"("project_id", "tag", "id" DESC);
DROP INDEX CONCURRENTLY IF EXISTS "tag_move_project_id_to_digest_id_idx";
CREATE INDEX CONCURRENTLY "tag_move_project_id_to_digest_id_idx" ON "tag_move"("project_id", "to_digest", "id" DESC);
DROP INDEX CONCURRENTLY IF EXISTS "tag_move_project_id_from_digest_id_idx";
CREATE INDEX CONCURRENTLY "tag_move_project_id_from_digest_id_idx" ON "tag_move"("project_id", "from_digest", "id" DESC);
