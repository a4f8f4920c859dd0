-- AlterTable
ALTER TABLE "cache_entry" ADD COLUMN     "blob_bytes" BIGINT[] DEFAULT ARRAY[]::BIGINT[],
ADD COLUMN     "blob_digests" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "cache_eviction" ADD COLUMN     "freed_bytes" BIGINT;
