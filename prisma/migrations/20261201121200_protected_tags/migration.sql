-- AlterTable
ALTER TABLE "project" ADD COLUMN     "protected_tags" TEXT[] DEFAULT ARRAY['**']::TEXT[];
