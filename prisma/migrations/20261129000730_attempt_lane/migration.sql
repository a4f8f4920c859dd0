-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "lane" TEXT NOT NULL DEFAULT 'trusted';
