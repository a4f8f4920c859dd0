-- AlterTable
ALTER TABLE "image_verification" ADD COLUMN     "verdict" TEXT;

-- AlterTable
ALTER TABLE "signing_key" ADD COLUMN     "retired_at" TIMESTAMPTZ(3),
ADD COLUMN     "verify_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "tag_move" ADD COLUMN     "moved_by" TEXT;

-- CreateTable
CREATE TABLE "trust_request" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "action" TEXT NOT NULL,
    "key_id" UUID,
    "verify_until" TIMESTAMPTZ(3),
    "tag" TEXT,
    "digest" TEXT,
    "asked_by" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'asked',
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "trust_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reverification" (
    "project_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "images" INTEGER NOT NULL DEFAULT 0,
    "failing" INTEGER NOT NULL DEFAULT 0,
    "unknown" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "reverification_pkey" PRIMARY KEY ("project_id")
);

-- CreateTable
CREATE TABLE "layer_listing" (
    "project_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "problem" TEXT,
    "entries" INTEGER NOT NULL DEFAULT 0,
    "unpacked_bytes" BIGINT NOT NULL DEFAULT 0,
    "payload" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "layer_listing_pkey" PRIMARY KEY ("project_id","digest")
);

-- CreateIndex
CREATE INDEX "trust_request_project_id_id_idx" ON "trust_request"("project_id", "id" DESC);

-- CreateIndex
CREATE INDEX "signature_artifact_key_id_id_idx" ON "signature_artifact"("key_id", "id" DESC);

-- AddForeignKey
ALTER TABLE "trust_request" ADD CONSTRAINT "trust_request_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reverification" ADD CONSTRAINT "reverification_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "layer_listing" ADD CONSTRAINT "layer_listing_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
