-- AlterTable
ALTER TABLE "invitation" ADD COLUMN     "mailed" BOOLEAN NOT NULL DEFAULT false;

-- Every link of an invitation was shown to the inviter until now (docs/adr/0032). Administrators were proven by the set-up token.
UPDATE "user" SET "emailVerified" = false WHERE NOT "administrator" AND NOT EXISTS (
  SELECT 1 FROM "account" a WHERE a."userId" = "user"."id" AND a."providerId" LIKE 'oidc %');
