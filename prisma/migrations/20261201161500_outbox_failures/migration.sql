-- AlterTable
ALTER TABLE "outbox" ADD COLUMN     "failures" INTEGER NOT NULL DEFAULT 0;
