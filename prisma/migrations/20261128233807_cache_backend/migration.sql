-- AlterTable
ALTER TABLE "build" ADD COLUMN     "cache_backend" TEXT NOT NULL DEFAULT 'registry';

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "cache_backend" TEXT NOT NULL DEFAULT 'registry';
