-- AlterTable
ALTER TABLE "build" ADD COLUMN     "cache_policy" TEXT NOT NULL DEFAULT 'zone',
ADD COLUMN     "isolated" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "strict_isolation" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "rule" ADD COLUMN     "cache_policy" TEXT NOT NULL DEFAULT 'zone';

