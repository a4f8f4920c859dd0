import { writeAudit } from '../audit/write-audit.js';
import type { Database } from '../database.js';
import type { Actor } from './actor.js';

export interface OpenSession {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** The sessions of one person. */
export class SessionRepository {
  constructor(private readonly db: Database) {}

  /** Newest first. */
  async list(userId: string): Promise<OpenSession[]> {
    const rows = await this.db.prisma.session.findMany({
      where: { userId, expiresAt: { gt: new Date() } },
      select: { id: true, createdAt: true, expiresAt: true, ipAddress: true, userAgent: true },
      orderBy: { createdAt: 'desc' },
      take: 100,
    });
    return rows.map(({ ipAddress, ...row }) => ({ ...row, address: ipAddress }));
  }

  /** Ends a session at once. False when it is not this person's. */
  async revoke(id: string, userId: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const { count } = await tx.session.deleteMany({ where: { id, userId } });
      if (count > 0) await writeAudit(tx, actor, ended(userId, count));
      return count > 0;
    });
  }

  /** Ends all sessions of a person at once, except one. @returns how many. */
  async revokeOthers(userId: string, keptId: string, actor: Actor): Promise<number> {
    return this.db.transaction(async (tx) => {
      const { count } = await tx.session.deleteMany({ where: { userId, id: { not: keptId } } });
      if (count > 0) await writeAudit(tx, actor, ended(userId, count));
      return count;
    });
  }

  /** Forgets sessions and invitations that have run out; they let nobody in any more. @returns how many. */
  async removeExpired(): Promise<number> {
    const sessions = await this.db.prisma.$executeRaw`DELETE FROM session WHERE "expiresAt" < now()`;
    const invitations = await this.db.prisma.$executeRaw`
      DELETE FROM invitation WHERE status = 'pending' AND "expiresAt" < now()`;
    const links = await this.db.prisma.$executeRaw`DELETE FROM verification WHERE "expiresAt" < now()`;
    return sessions + invitations + links;
  }

  /** Of these sessions those that are valid now, each with the organizations that its person is in now. */
  async organizationsOf(sessionIds: readonly string[]): Promise<Map<string, ReadonlySet<string>>> {
    const rows = await this.db.prisma.$queryRaw<{ id: string; organizations: string[] }[]>`
      SELECT s.id, coalesce(array_agg(m."organizationId") FILTER (WHERE m.id IS NOT NULL), '{}') AS organizations
      FROM session s LEFT JOIN member m ON m."userId" = s."userId"
      WHERE s.id = ANY (${[...sessionIds]}) AND s."expiresAt" > now()
      GROUP BY s.id`;
    return new Map(rows.map(({ id, organizations }) => [id, new Set(organizations)]));
  }
}

function ended(userId: string, sessions: number) {
  return { organizationId: null, action: 'session.end', subjectKind: 'user', subjectId: userId, after: { sessions } };
}
