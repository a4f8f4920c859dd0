-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "placed_on" TEXT,
ADD COLUMN     "placement" TEXT;
