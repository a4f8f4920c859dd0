-- AlterTable
ALTER TABLE "quota" ADD COLUMN     "projects" INTEGER;
