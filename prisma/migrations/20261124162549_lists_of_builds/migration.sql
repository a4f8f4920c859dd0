-- AlterTable
ALTER TABLE "build" ADD COLUMN     "fingerprint" TEXT;

-- CreateTable
CREATE TABLE "saved_view" (
    "id" UUID NOT NULL,
    "user_id" TEXT NOT NULL,
    "list" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "filter" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "saved_view_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "saved_view_user_id_list_name_key" ON "saved_view"("user_id", "list", "name");

-- CreateIndex
CREATE INDEX "build_project_id_ref_id_idx" ON "build"("project_id", "ref", "id" DESC);

-- AddForeignKey
ALTER TABLE "saved_view" ADD CONSTRAINT "saved_view_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Partial indexes, which the schema cannot say. What lists ask for most: builds that broke, builds that broke alike, and how
-- long the green ones of a rule took.
CREATE INDEX "build_broken_idx" ON "build" ("organization_id", "id" DESC) WHERE "status" IN ('failed', 'timed_out');
CREATE INDEX "build_fingerprint_idx" ON "build" ("organization_id", "fingerprint", "id" DESC) WHERE "fingerprint" IS NOT NULL;
CREATE INDEX "build_green_idx" ON "build" ("project_id", "rule_id", "id" DESC) WHERE "status" = 'succeeded';
