import { writeAudit } from '../audit/write-audit.js';
import type { Database } from '../database.js';
import { newId } from '../new-id.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import type { Actor } from './actor.js';

export interface ApiTokenRecord {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface NewApiToken {
  readonly organizationId: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  /** sha256 of the token's whole text. */
  readonly hash: Uint8Array;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
}

const columns = {
  id: true,
  name: true,
  prefix: true,
  scopes: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
} as const;

/** Most API tokens of one person in one organization that are neither revoked nor expired. */
export const mostApiTokens = 100;

/** API tokens of one person; only their hashes are kept. */
export class ApiTokenRepository {
  constructor(private readonly db: Database) {}

  async list(
    organizationIds: readonly string[],
    userId: string,
    query: KeysetQuery,
  ): Promise<KeysetPage<ApiTokenRecord>> {
    const rows = await this.db.prisma.apiToken.findMany({
      where: {
        organizationId: { in: [...organizationIds] },
        userId,
        revokedAt: null,
        ...(query.after && { id: { lt: query.after } }),
      },
      select: columns,
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    });
    return toPage(
      rows,
      query.limit,
      (row) => row.id,
      (row) => row,
    );
  }

  /** Null when the person has `mostApiTokens` in the organization, or is no member of it any more. */
  async create(token: NewApiToken, actor: Actor): Promise<ApiTokenRecord | null> {
    const { organizationId, userId } = token;
    return this.db.transaction(async (tx) => {
      // Requests of one person wait for each other here, so that each counts the tokens of the others.
      const members = await tx.$queryRaw<unknown[]>`
        SELECT id FROM member WHERE "organizationId" = ${organizationId} AND "userId" = ${userId} FOR UPDATE`;
      const works = { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] };
      const count = await tx.apiToken.count({ where: { organizationId, userId, ...works } });
      if (members.length === 0 || count >= mostApiTokens) return null;
      const hash = Buffer.from(token.hash);
      const data = { ...token, id: newId(), hash, scopes: [...token.scopes] };
      const row = await tx.apiToken.create({ data, select: columns });
      await writeAudit(tx, actor, {
        organizationId,
        action: 'token.create',
        subjectKind: 'token',
        subjectId: row.id,
        after: { name: row.name, scopes: row.scopes, expiresAt: row.expiresAt },
      });
      return row;
    });
  }

  /** Revokes a token that the person made. False when there is no such token, or it is revoked already. */
  async revoke(id: string, userId: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [row] = await tx.apiToken.updateManyAndReturn({
        where: { id, userId, revokedAt: null },
        data: { revokedAt: new Date() },
        select: { organizationId: true, name: true },
      });
      if (!row) return false;
      await writeAudit(tx, actor, {
        organizationId: row.organizationId,
        action: 'token.revoke',
        subjectKind: 'token',
        subjectId: id,
        before: { name: row.name },
      });
      return true;
    });
  }
}
