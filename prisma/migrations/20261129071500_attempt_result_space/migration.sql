-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "result_space" TEXT;
