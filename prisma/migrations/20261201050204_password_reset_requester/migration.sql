-- The requester of a link that an owner was shown: the right to it is checked again when the link is used.
ALTER TABLE "verification" ADD COLUMN     "organizationId" TEXT,
ADD COLUMN     "requestedBy" TEXT;
-- Links of before do not say who requested them, so nothing could be checked. They lived for 24 hours at most.
DELETE FROM "verification" WHERE "identifier" LIKE 'password-reset:shown:%';
