-- CreateTable
CREATE TABLE "named_lock" (
    "name" TEXT NOT NULL,

    CONSTRAINT "named_lock_pkey" PRIMARY KEY ("name")
);

INSERT INTO "named_lock" ("name") VALUES ('dispatch'), ('outbox');
