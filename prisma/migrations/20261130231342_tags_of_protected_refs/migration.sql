-- AlterTable
ALTER TABLE "build" ADD COLUMN     "left_out_tags" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "image_tag" ADD COLUMN     "zone" TEXT NOT NULL DEFAULT 'branch';
UPDATE "image_tag" t SET "zone" = b."zone" FROM "build" b WHERE b."id" = t."build_id";
