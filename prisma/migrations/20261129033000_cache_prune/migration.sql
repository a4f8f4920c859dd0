-- AlterTable
ALTER TABLE "cache_eviction" ADD COLUMN     "cause_id" UUID;

-- CreateTable
CREATE TABLE "cache_prune" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "zone" TEXT,
    "text" TEXT NOT NULL,
    "unused_days" INTEGER,
    "reason" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "taken" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "cache_prune_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "cache_prune_project_id_id_idx" ON "cache_prune"("project_id", "id" DESC);

-- CreateIndex
CREATE INDEX "cache_eviction_cause_id_idx" ON "cache_eviction"("cause_id");

-- AddForeignKey
ALTER TABLE "cache_prune" ADD CONSTRAINT "cache_prune_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
