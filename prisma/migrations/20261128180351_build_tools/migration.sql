-- AlterTable
ALTER TABLE "build" ADD COLUMN     "tools" JSONB;
