-- AlterTable
ALTER TABLE "build" ADD COLUMN     "remote_url" TEXT;
-- Nobody wrote it down before: builds were made for the address that their project had.
UPDATE "build" b SET "remote_url" = p."remote_url" FROM "project" p WHERE p."id" = b."project_id";
ALTER TABLE "build" ALTER COLUMN "remote_url" SET NOT NULL;
