import { Prisma } from '../generated/client.js';

/**
 * Whether a key of the project stopped counting at that moment or later: by a revocation, or since its time is over. A verification that
 * passed before says nothing any more then: whose signature it had found is not written down (R22A-3).
 * @param projectId expression for the project
 * @param at expression for the moment, as `image_verification.at`
 * @internal
 */
export function keyStoppedSince(projectId: Prisma.Sql, at: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM signing_key k WHERE k.project_id = ${projectId} AND ${couldCount(at)} AND (
    (k.state = 'revoked' AND k.retired_at >= ${at}) OR (k.state = 'verify_only' AND k.verify_until <= now())))`;
}

/** Over a row `k` of `signing_key`: whether a verification of that moment may have gone by it. One that came later or whose time was over did not. */
function couldCount(at: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(k.created_at <= ${at} + interval '1 second' AND (k.verify_until IS NULL OR k.verify_until >= ${at}))`;
}
