-- AlterTable
ALTER TABLE "organization" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3),
ADD COLUMN     "suspended_at" TIMESTAMPTZ(3),
ADD COLUMN     "suspended_by" TEXT;

-- AlterTable
ALTER TABLE "rule" ADD COLUMN     "priority" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "quota" (
    "scope" TEXT NOT NULL,
    "weight" INTEGER,
    "concurrent_builds" INTEGER,
    "queued_builds" INTEGER,
    "build_minutes" INTEGER,
    "cpus" DOUBLE PRECISION,
    "memory_bytes" BIGINT,
    "image_bytes" BIGINT,
    "cache_bytes" BIGINT,
    "log_bytes" BIGINT,
    "delivery_bytes" BIGINT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "quota_pkey" PRIMARY KEY ("scope")
);

-- What organizations have used of late is summed from the attempts that ended last.
CREATE INDEX "attempt_ended_idx" ON "attempt" ("ended_at") WHERE "ended_at" IS NOT NULL;
