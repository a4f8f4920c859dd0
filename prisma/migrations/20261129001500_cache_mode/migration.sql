-- AlterTable
ALTER TABLE "build" ADD COLUMN     "cache_mode" TEXT,
ADD COLUMN     "cache_mode_why" TEXT;

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "cache_budget_bytes" BIGINT,
ADD COLUMN     "cache_mode" TEXT NOT NULL DEFAULT 'automatic';
