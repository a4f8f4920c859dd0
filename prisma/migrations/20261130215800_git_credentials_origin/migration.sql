-- AlterTable
ALTER TABLE "project" ADD COLUMN     "git_credentials_origin" TEXT;

-- Credentials that exist belong to the host that the project has now. The API seals them again for this origin; the form is
-- the one of `credentialOrigin` in libs/domain/src/git/remote-url.ts. Clone addresses are stored in their normal form.
UPDATE "project" SET "git_credentials_origin" = CASE
    WHEN "remote_url" ~ '^[a-z]+://' THEN
      substring("remote_url" FROM '^[a-z]+://') || substring("remote_url" FROM '^[a-z]+://(?:[^/@]*@)?([^/]+)') || CASE
        WHEN "remote_url" ~ '^[a-z]+://[^/]*:[0-9]+(/|$)' THEN ''
        WHEN "remote_url" LIKE 'https:%' THEN ':443'
        WHEN "remote_url" LIKE 'ssh:%' THEN ':22'
        ELSE ':80' END
    ELSE 'ssh://' || substring("remote_url" FROM '^(?:[^@]*@)?(\[[^]]+\]|[^:]+):') || ':22' END
  WHERE "git_credentials" IS NOT NULL;
