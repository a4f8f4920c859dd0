-- AlterTable
ALTER TABLE "log_chunk" ADD COLUMN     "line_deltas" JSONB;
