-- AlterTable
ALTER TABLE "log_chunk" ADD COLUMN     "trigrams" BYTEA;

-- As full of ones as of zeros: compressing it again and again would gain nothing.
ALTER TABLE "log_chunk" ALTER COLUMN "trigrams" SET STORAGE EXTERNAL;
