-- AlterTable
ALTER TABLE "quota" ADD COLUMN     "disk_bytes" BIGINT,
ADD COLUMN     "pids" INTEGER;
