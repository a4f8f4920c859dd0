import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { newId } from '../new-id.js';
import type { Actor } from './actor.js';

export interface ResetSubject {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
}

export interface KnownReset extends ResetSubject {
  /** API tokens of the person that work now. */
  readonly apiTokens: number;
  /** The link went by mail to the person alone, so its use proves the address. */
  readonly mailed: boolean;
}

export interface ResetUse {
  readonly passwordHash: string;
  readonly keepApiTokens: boolean;
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
    await this.db.transaction((tx) => insert(tx, userId, `${mailedPrefix}${hash}`, expiresAt));
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
      await insert(tx, userId, `${shownPrefix}${link.hash}`, link.expiresAt);
      const facts = { organizationId, action: 'password-reset.create', subjectKind: 'member', subjectId: userId };
      await writeAudit(tx, actor, { ...facts, after: { expiresAt: link.expiresAt } });
      return { ok: true };
    });
  }

  async find(hash: string): Promise<KnownReset | null> {
    return find(this.db.prisma, hash);
  }

  /**
   * Sets the password, ends every session of the person, voids every link, and revokes the API tokens unless they are kept:
   * whoever had the account until now may have made some. False when the link is not known.
   */
  async use(hash: string, { passwordHash, keepApiTokens }: ResetUse, ip: string | null): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM verification WHERE identifier = ANY(${identifiersOf(hash)}) FOR UPDATE`;
      const subject = await find(tx, hash);
      if (!subject) return false;
      const { userId, name } = subject;
      await removeLinks(tx, userId);
      await setPassword(tx, userId, passwordHash);
      // An administrator's address was proven by the set-up token, and only another administrator makes their links.
      const where = { id: userId, ...(!subject.mailed && { administrator: false }) };
      await tx.user.updateMany({ where, data: { emailVerified: subject.mailed } });
      const { count } = await tx.session.deleteMany({ where: { userId } });
      const tokens = keepApiTokens ? 0 : await revokeTokens(tx, userId);
      const actor = { kind: 'person', id: userId, name, ip } as const;
      const facts = { organizationId: null, action: 'password.reset', subjectKind: 'user', subjectId: userId };
      await writeAudit(tx, actor, { ...facts, after: { sessions: count, tokens, tokensKept: keepApiTokens } });
      return true;
    });
  }
}

/** All links begin with this; what follows it says who has seen them. */
const prefix = 'password-reset:';
const mailedPrefix = prefix;
const shownPrefix = `${prefix}shown:`;

function identifiersOf(hash: string): string[] {
  return [`${mailedPrefix}${hash}`, `${shownPrefix}${hash}`];
}

async function insert(tx: Queryable, userId: string, identifier: string, expiresAt: Date): Promise<void> {
  await removeLinks(tx, userId);
  await tx.verification.create({ data: { id: newId(), identifier, value: userId, expiresAt } });
}

async function removeLinks(tx: Queryable, userId: string): Promise<void> {
  await tx.verification.deleteMany({ where: { value: userId, identifier: { startsWith: prefix } } });
}

async function revokeTokens(tx: Queryable, userId: string): Promise<number> {
  const { count } = await tx.apiToken.updateMany({
    where: { userId, revokedAt: null },
    data: { revokedAt: new Date() },
  });
  return count;
}

async function find(tx: Queryable, hash: string): Promise<KnownReset | null> {
  const now = new Date();
  const row = await tx.verification.findFirst({
    where: { identifier: { in: identifiersOf(hash) }, expiresAt: { gt: now } },
    select: { identifier: true, value: true },
  });
  const user = row && (await tx.user.findUnique({ where: { id: row.value } }));
  if (!user) return null;
  const works = { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
  const apiTokens = await tx.apiToken.count({ where: { userId: user.id, ...works } });
  const mailed = !row.identifier.startsWith(shownPrefix);
  return { userId: user.id, email: user.email, name: user.name, apiTokens, mailed };
}

/** People who came by a provider have no password until now. */
async function setPassword(tx: Queryable, userId: string, password: string): Promise<void> {
  const where = { userId, providerId: 'credential' };
  const { count } = await tx.account.updateMany({ where, data: { password } });
  if (count === 0) await tx.account.create({ data: { ...where, id: newId(), accountId: userId, password } });
}
