-- AlterTable
ALTER TABLE "build" ADD COLUMN     "tag_namings" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "image_tag" ADD COLUMN     "owner" TEXT;

-- CreateTable
CREATE TABLE "kept_tag" (
    "project_id" UUID NOT NULL,
    "tag" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "build_number" INTEGER NOT NULL,
    "owner" TEXT,
    "ref" TEXT,
    "commit" TEXT,
    "deleted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "kept_tag_pkey" PRIMARY KEY ("project_id","tag")
);

-- AddForeignKey
ALTER TABLE "kept_tag" ADD CONSTRAINT "kept_tag_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Tags that name the commit of their build stay with it. What names a ref needs no mark here: the ref that has a tag keeps it.
UPDATE image_tag t SET owner = b.commit FROM build b
WHERE b.id = t.build_id AND length(b.commit) >= 40 AND position(left(b.commit, 7) IN t.tag) > 0;
