import type { Database } from '../database.js';

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
  async revoke(id: string, userId: string): Promise<boolean> {
    const { count } = await this.db.prisma.session.deleteMany({ where: { id, userId } });
    return count > 0;
  }

  /** Which of these sessions are valid now. */
  async stillValid(ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.db.prisma.$queryRaw<{ id: string }[]>`
      SELECT id FROM session WHERE id = ANY (${[...ids]}) AND "expiresAt" > now()`;
    return new Set(rows.map(({ id }) => id));
  }
}
