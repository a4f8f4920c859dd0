-- AlterTable
ALTER TABLE "organization" ADD COLUMN     "cache_budget_bytes" BIGINT;
