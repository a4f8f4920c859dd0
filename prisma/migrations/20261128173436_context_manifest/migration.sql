-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "context_digest" TEXT;

-- CreateTable
CREATE TABLE "context_manifest" (
    "project_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "entries" INTEGER NOT NULL,
    "payload" BYTEA NOT NULL,

    CONSTRAINT "context_manifest_pkey" PRIMARY KEY ("project_id","digest")
);

-- AddForeignKey
ALTER TABLE "context_manifest" ADD CONSTRAINT "context_manifest_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
