-- AlterTable
ALTER TABLE "build" ADD COLUMN     "target_cache_epoch" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "target_ref" TEXT;

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "protected_branches" TEXT[] DEFAULT ARRAY[]::TEXT[];
