-- CreateTable
CREATE TABLE "worker_drain" (
    "name" TEXT NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "worker_drain_pkey" PRIMARY KEY ("name")
);
