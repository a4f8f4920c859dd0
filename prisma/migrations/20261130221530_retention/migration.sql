-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "log_deleted_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "retention_policy" (
    "organization_id" TEXT NOT NULL,
    "build_days" INTEGER,
    "log_days" INTEGER,
    "delivery_days" INTEGER,
    "grace_days" INTEGER,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "retention_policy_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "retention_candidate" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'scheduled',
    "bytes" BIGINT,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "comment" TEXT,
    "requested_by" TEXT,
    "message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "delete_after" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "retention_candidate_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "retention_candidate_project_id_state_id_idx" ON "retention_candidate"("project_id", "state", "id" DESC);

-- CreateIndex
CREATE INDEX "retention_candidate_state_delete_after_idx" ON "retention_candidate"("state", "delete_after");

-- CreateIndex
CREATE UNIQUE INDEX "retention_candidate_project_id_kind_subject_key" ON "retention_candidate"("project_id", "kind", "subject");

-- AddForeignKey
ALTER TABLE "retention_policy" ADD CONSTRAINT "retention_policy_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "retention_candidate" ADD CONSTRAINT "retention_candidate_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
