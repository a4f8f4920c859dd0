-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "target_records" JSONB;
