import { isRole, type Role } from '@cooperage/domain';
import type { Database } from '../database.js';

export interface MembershipRecord {
  readonly organizationId: string;
  readonly slug: string;
  readonly name: string;
  readonly role: Role;
}

/** A person with a session that is valid now. */
export interface SessionRecord {
  readonly sessionId: string;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly expiresAt: Date;
  /** Of the whole installation. */
  readonly administrator: boolean;
  readonly memberships: readonly MembershipRecord[];
}

/** An API token that is valid now, with the membership of the person who made it. */
export interface TokenHolderRecord {
  readonly tokenId: string;
  readonly tokenName: string;
  readonly userId: string;
  readonly userName: string;
  readonly email: string;
  /** Whether the person is one of the whole installation. */
  readonly administrator: boolean;
  readonly scopes: readonly string[];
  readonly membership: MembershipRecord;
}

interface PersonRow {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly organizationId: string | null;
  readonly slug: string | null;
  readonly organizationName: string | null;
  readonly role: string | null;
}

/** Finds out who asks. One query each, by the database's clock, never cached: a revoked session ends at once. */
export class PrincipalRepository {
  constructor(private readonly db: Database) {}

  async bySessionToken(token: string): Promise<SessionRecord | null> {
    const rows = await this.db.prisma.$queryRaw<
      (PersonRow & { sessionId: string; expiresAt: Date; administrator: boolean })[]
    >`
      SELECT s.id AS "sessionId", s."expiresAt", u.id AS "userId", u.email, u.name, u.administrator,
        o.id AS "organizationId", o.slug, o.name AS "organizationName", m.role
      FROM session s
      JOIN "user" u ON u.id = s."userId"
      LEFT JOIN member m ON m."userId" = u.id
      LEFT JOIN organization o ON o.id = m."organizationId"
      WHERE s.token = ${token} AND s."expiresAt" > now()
      ORDER BY o.slug`;
    const [first] = rows;
    if (!first) return null;
    const { sessionId, expiresAt, userId, email, name, administrator } = first;
    return { sessionId, expiresAt, userId, email, name, administrator, memberships: rows.flatMap(membershipsOf) };
  }

  /** @param hash sha256 of the token's whole text. Null as well when its maker has left the organization. */
  async byTokenHash(hash: Uint8Array): Promise<TokenHolderRecord | null> {
    const rows = await this.db.prisma.$queryRaw<
      (PersonRow & { tokenId: string; tokenName: string; scopes: string[]; administrator: boolean })[]
    >`
      SELECT t.id::text AS "tokenId", t.name AS "tokenName", t.scopes, u.id AS "userId", u.email, u.name, u.administrator,
        o.id AS "organizationId", o.slug, o.name AS "organizationName", m.role
      FROM api_token t
      JOIN "user" u ON u.id = t.user_id
      JOIN member m ON m."userId" = t.user_id AND m."organizationId" = t.organization_id
      JOIN organization o ON o.id = t.organization_id
      WHERE t.hash = ${hash} AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())`;
    const [row] = rows;
    const [membership] = row ? membershipsOf(row) : [];
    if (!row || !membership) return null;
    const { tokenId, tokenName, scopes, userId, email, name, administrator } = row;
    return { tokenId, tokenName, scopes, userId, email, userName: name, administrator, membership };
  }

  /** Notes the use of a token, once a minute at most. */
  async tokenUsed(tokenId: string): Promise<void> {
    await this.db.prisma.$executeRaw`
      UPDATE api_token SET last_used_at = now()
      WHERE id = ${tokenId}::uuid AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;
  }
}

function membershipsOf(row: PersonRow): MembershipRecord[] {
  const { organizationId, slug, organizationName, role } = row;
  if (organizationId === null || slug === null || organizationName === null) return [];
  // A role that this version does not know is worth nothing.
  return role !== null && isRole(role) ? [{ organizationId, slug, name: organizationName, role }] : [];
}
