-- CreateTable
CREATE TABLE "setup_check" (
    "name" TEXT NOT NULL,
    "ask_id" UUID NOT NULL,
    "asked_by" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "taken_at" TIMESTAMPTZ(3),
    "taken_by" TEXT,
    "answered_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "facts" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "setup_check_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "first_steps_dismissal" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "dismissed_by" TEXT NOT NULL,
    "dismissed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "first_steps_dismissal_pkey" PRIMARY KEY ("id")
);
