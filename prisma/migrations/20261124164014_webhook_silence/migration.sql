-- AlterTable
ALTER TABLE "hook_refusal" ADD COLUMN     "secrets_tried" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "head_watch" (
    "project_id" UUID NOT NULL,
    "ref" TEXT NOT NULL,
    "commit" TEXT,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "head_watch_pkey" PRIMARY KEY ("project_id")
);

-- AddForeignKey
ALTER TABLE "head_watch" ADD CONSTRAINT "head_watch_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
