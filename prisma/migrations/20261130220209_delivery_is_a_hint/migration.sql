-- AlterTable
ALTER TABLE "delivery" ADD COLUMN     "body_digest" BYTEA,
ADD COLUMN     "reason" TEXT,
ADD COLUMN     "same_body_as" UUID;

-- AlterTable
ALTER TABLE "ref_head" ADD COLUMN     "observed" TEXT,
ADD COLUMN     "rewritten_sequence" BIGINT NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "delivery_project_id_body_digest_idx" ON "delivery"("project_id", "body_digest");

-- What was accepted before is known when it comes again; what a person asked for has no digest.
UPDATE "delivery" SET "body_digest" = sha256("body") WHERE "replay_of" IS NULL AND "event_name" <> 'manual';
UPDATE "ref_head" SET "observed" = "commit";
