-- AlterTable
ALTER TABLE "attempt" DROP COLUMN "masked_secrets";

-- AlterTable
ALTER TABLE "signature_artifact" DROP COLUMN "pushed_at";
