-- AlterTable
ALTER TABLE "delivery" ADD COLUMN     "repository" JSONB;

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "repository_key" TEXT;

-- With its signature the body of a stored call could be sent again.
UPDATE "delivery" d SET "headers" = hidden."headers"
FROM (
  SELECT "id", jsonb_object_agg(key, CASE
    WHEN key ~ 'authorization|cookie|signature|token|secret|password|api-?key|credential' THEN '"***"'::jsonb ELSE value END) AS "headers"
  FROM "delivery", jsonb_each("headers") GROUP BY "id"
) hidden WHERE hidden."id" = d."id" AND hidden."headers" <> d."headers";
