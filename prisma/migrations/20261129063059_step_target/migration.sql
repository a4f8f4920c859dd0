-- AlterTable
ALTER TABLE "step" ADD COLUMN     "target" TEXT;
