-- AlterTable
ALTER TABLE "quota" ADD COLUMN     "timeout_ms" INTEGER;
