-- Outside of a transaction: webhooks are taken while the index is made. What did not end is done again from the first statement on.
-- An evaluation asks for the first delivery with the same body. Ignored and failed ones, of which there may be millions, are not in it.
DROP INDEX CONCURRENTLY IF EXISTS "delivery_started_body_idx";
CREATE INDEX CONCURRENTLY "delivery_started_body_idx" ON "delivery" ("project_id", "body_digest", "id")
  WHERE "status" IN ('received', 'evaluating', 'evaluated');
DROP INDEX CONCURRENTLY IF EXISTS "delivery_project_id_body_digest_id_idx";
