import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { newId } from '../new-id.js';
import type { Actor } from './actor.js';

export interface ResetSubject {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
}

/** Who asks for a link for somebody else. */
export interface ResetAsker {
  readonly organizationId: string;
  /** Where the asker is an owner. */
  readonly ownedIds: readonly string[];
  readonly administrator: boolean;
}

export type ResetOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'not_found' | 'not_only_yours' | 'administrator' };

/** One-time links that set a new password. Of a link only the hash of its secret is kept. */
export class PasswordResetRepository {
  constructor(private readonly db: Database) {}

  async findByEmail(email: string): Promise<ResetSubject | null> {
    const user = await this.db.prisma.user.findUnique({ where: { email: email.trim().toLowerCase() } });
    return user && { userId: user.id, email: user.email, name: user.name };
  }

  /** For somebody who has asked by mail. Earlier links of the person are void from now on. */
  async create(userId: string, hash: string, expiresAt: Date): Promise<void> {
    await this.db.transaction((tx) => insert(tx, userId, hash, expiresAt));
  }

  /**
   * For a member, by an owner. Only where the person is in no organization that the asker does not own, and is no
   * administrator unless the asker is one: whoever sets a password can do all that the person can.
   */
  async createForMember(
    userId: string,
    asker: ResetAsker,
    link: { readonly hash: string; readonly expiresAt: Date },
    actor: Actor,
  ): Promise<ResetOutcome> {
    return this.db.transaction(async (tx): Promise<ResetOutcome> => {
      const members = await tx.member.findMany({
        where: { userId },
        select: { organizationId: true, user: { select: { administrator: true } } },
      });
      const { organizationId } = asker;
      if (!members.some((member) => member.organizationId === organizationId))
        return { ok: false, reason: 'not_found' };
      if (members[0]!.user.administrator && !asker.administrator) return { ok: false, reason: 'administrator' };
      if (members.some((member) => !asker.ownedIds.includes(member.organizationId)))
        return { ok: false, reason: 'not_only_yours' };
      await insert(tx, userId, link.hash, link.expiresAt);
      const facts = { organizationId, action: 'password-reset.create', subjectKind: 'member', subjectId: userId };
      await writeAudit(tx, actor, { ...facts, after: { expiresAt: link.expiresAt } });
      return { ok: true };
    });
  }

  async find(hash: string): Promise<ResetSubject | null> {
    return find(this.db.prisma, hash);
  }

  /** Sets the password, ends every session of the person and voids every link. False when the link is not known. */
  async use(hash: string, passwordHash: string, ip: string | null): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM verification WHERE identifier = ${identifierOf(hash)} FOR UPDATE`;
      const subject = await find(tx, hash);
      if (!subject) return false;
      const { userId, name } = subject;
      await removeLinks(tx, userId);
      await setPassword(tx, userId, passwordHash);
      const { count } = await tx.session.deleteMany({ where: { userId } });
      const actor = { kind: 'person', id: userId, name, ip } as const;
      const facts = { organizationId: null, action: 'password.reset', subjectKind: 'user', subjectId: userId };
      await writeAudit(tx, actor, { ...facts, after: { sessions: count } });
      return true;
    });
  }
}

const prefix = 'password-reset:';

function identifierOf(hash: string): string {
  return `${prefix}${hash}`;
}

async function insert(tx: Queryable, userId: string, hash: string, expiresAt: Date): Promise<void> {
  await removeLinks(tx, userId);
  await tx.verification.create({ data: { id: newId(), identifier: identifierOf(hash), value: userId, expiresAt } });
}

async function removeLinks(tx: Queryable, userId: string): Promise<void> {
  await tx.verification.deleteMany({ where: { value: userId, identifier: { startsWith: prefix } } });
}

async function find(tx: Queryable, hash: string): Promise<ResetSubject | null> {
  const row = await tx.verification.findFirst({
    where: { identifier: identifierOf(hash), expiresAt: { gt: new Date() } },
    select: { value: true },
  });
  const user = row && (await tx.user.findUnique({ where: { id: row.value } }));
  return user && { userId: user.id, email: user.email, name: user.name };
}

/** People who came by a provider have no password until now. */
async function setPassword(tx: Queryable, userId: string, password: string): Promise<void> {
  const where = { userId, providerId: 'credential' };
  const { count } = await tx.account.updateMany({ where, data: { password } });
  if (count === 0) await tx.account.create({ data: { ...where, id: newId(), accountId: userId, password } });
}
