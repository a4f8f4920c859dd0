-- AlterTable
ALTER TABLE "build" ADD COLUMN     "definition" JSONB,
ADD COLUMN     "resolved" JSONB;

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "definition" JSONB;
