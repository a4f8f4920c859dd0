-- AlterTable
ALTER TABLE "build" ADD COLUMN     "named_contexts" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "named_contexts" JSONB NOT NULL DEFAULT '{}';
