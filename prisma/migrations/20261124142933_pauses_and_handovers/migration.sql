-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "handovers" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "build" ADD COLUMN     "dispatch_after" TIMESTAMPTZ(3);

-- Ended attempts whose log is still open: the sweeper asks for them every second. (Partial indexes are written by hand.)
CREATE INDEX "attempt_unsealed_idx" ON "attempt" ("ended_at") WHERE NOT "log_complete" AND "ended_at" IS NOT NULL;
