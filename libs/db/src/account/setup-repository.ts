import type { Database } from '../database.js';
import { newId } from '../new-id.js';
import { insertOrganization, type NewOrganization } from './insert-organization.js';
import { insertUser, type NewUser } from './insert-user.js';

export type SetupOutcome =
  | { readonly ok: true; readonly userId: string; readonly organizationId: string }
  | { readonly ok: false; readonly reason: 'not_needed' };

/** The first account of an installation. */
export class SetupRepository {
  constructor(private readonly db: Database) {}

  /** Whether nobody can sign in yet. */
  async isNeeded(): Promise<boolean> {
    return (await this.db.prisma.user.findFirst({ select: { id: true } })) === null;
  }

  /** Makes the first administrator and organization; of several callers at once exactly one succeeds. */
  async complete(
    user: Omit<NewUser, 'emailVerified'>,
    organization: NewOrganization,
    ip: string | null,
  ): Promise<SetupOutcome> {
    return this.db.transaction(async (tx) => {
      // One at a time. A lock that a role without rights to this table can hold would keep everybody out.
      await tx.$executeRaw`LOCK TABLE "user" IN SHARE ROW EXCLUSIVE MODE`;
      if ((await tx.user.findFirst({ select: { id: true } })) !== null) return { ok: false, reason: 'not_needed' };
      const userId = await insertUser(tx, newId(), { ...user, emailVerified: true, administrator: true });
      const actor = { kind: 'setup', id: userId, name: user.email, ip } as const;
      const organizationId = await insertOrganization(tx, organization, userId, actor);
      return { ok: true, userId, organizationId };
    });
  }
}
