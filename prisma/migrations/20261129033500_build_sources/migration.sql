-- AlterTable
ALTER TABLE "build" ADD COLUMN     "sources" JSONB NOT NULL DEFAULT '[]';
