-- Sessions by the OpenID provider last half a day unless OIDC_SESSION_HOURS says more; those of before lasted thirty days. Which session began
-- by the provider was not written down, so all sessions of people whom it knows end by then.
UPDATE "session" SET "expiresAt" = least("expiresAt", now() + interval '12 hours') WHERE "userId" IN (
  SELECT "userId" FROM "account" WHERE "providerId" LIKE 'oidc %');
