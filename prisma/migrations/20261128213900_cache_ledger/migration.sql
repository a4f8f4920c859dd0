-- AlterTable
ALTER TABLE "build" ADD COLUMN     "cache_export_bytes" BIGINT,
ADD COLUMN     "cache_export_ms" INTEGER,
ADD COLUMN     "cache_import_bytes" BIGINT,
ADD COLUMN     "cache_import_ms" INTEGER,
ADD COLUMN     "cache_ran_ms" INTEGER,
ADD COLUMN     "cache_saved_ms" INTEGER;

