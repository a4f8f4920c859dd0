-- AlterTable
ALTER TABLE "build" ADD COLUMN     "after_reset" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "cache_epoch" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "main_cache_epoch" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "last_cache_epoch" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "cache_reset" (
    "project_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "id" UUID NOT NULL,
    "zone" TEXT,
    "ref" TEXT,
    "reason" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "after_number" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "swept_at" TIMESTAMPTZ(3),

    CONSTRAINT "cache_reset_pkey" PRIMARY KEY ("project_id","epoch")
);

-- CreateTable
CREATE TABLE "cache_entry" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "zone" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "build_id" UUID NOT NULL,
    "build_number" INTEGER NOT NULL,
    "written_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cache_entry_pkey" PRIMARY KEY ("project_id","zone","ref","platform","epoch")
);

-- CreateTable
CREATE TABLE "cache_eviction" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "zone" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "digest" TEXT,
    "bytes" BIGINT,
    "why" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cache_eviction_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "cache_reset_id_key" ON "cache_reset"("id");

-- CreateIndex
CREATE UNIQUE INDEX "cache_entry_id_key" ON "cache_entry"("id");

-- CreateIndex
CREATE INDEX "cache_eviction_project_id_id_idx" ON "cache_eviction"("project_id", "id" DESC);

-- AddForeignKey
ALTER TABLE "cache_reset" ADD CONSTRAINT "cache_reset_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cache_entry" ADD CONSTRAINT "cache_entry_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cache_eviction" ADD CONSTRAINT "cache_eviction_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
