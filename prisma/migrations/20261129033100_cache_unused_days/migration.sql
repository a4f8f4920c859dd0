-- AlterTable
ALTER TABLE "cache_eviction" ADD COLUMN     "unused_days" INTEGER;

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "cache_unused_days" INTEGER;
