-- CreateTable
CREATE TABLE "base_tag" (
    "project_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "digest" TEXT,
    "members" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "found_at" TIMESTAMPTZ(3),
    "answered_at" TIMESTAMPTZ(3),
    "problem" TEXT,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "base_tag_pkey" PRIMARY KEY ("project_id","name")
);

-- AddForeignKey
ALTER TABLE "base_tag" ADD CONSTRAINT "base_tag_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
