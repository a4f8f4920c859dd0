import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { newId } from '../new-id.js';
import type { Actor } from './actor.js';
import {
  checkRequester,
  identifiersOf,
  mailedPrefix,
  mayStillReset,
  type RequesterRefusal,
  type ResetRequester,
  removeMailedResetLinks,
  removeResetLinks,
  shownPrefix,
} from './password-reset-links.js';

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

export type ResetOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: RequesterRefusal };

/** One-time links that set a new password. Of a link only the hash of its secret is kept. */
export class PasswordResetRepository {
  constructor(private readonly db: Database) {}

  async findByEmail(email: string): Promise<ResetSubject | null> {
    const user = await this.db.prisma.user.findUnique({ where: { email: email.trim().toLowerCase() } });
    return user && { userId: user.id, email: user.email, name: user.name };
  }

  /** For somebody who has asked by mail. Links that were mailed to the person before are void from now on. */
  async create(userId: string, hash: string, expiresAt: Date): Promise<void> {
    await this.db.transaction(async (tx) => {
      await removeMailedResetLinks(tx, userId);
      await insert(tx, { value: userId, identifier: `${mailedPrefix}${hash}`, expiresAt });
    });
  }

  /** For a member, by an owner who is shown the link. The right to it is checked now, and again when it is used. */
  async createForMember(
    userId: string,
    requester: ResetRequester,
    link: { readonly hash: string; readonly expiresAt: Date },
    actor: Actor,
  ): Promise<ResetOutcome> {
    return this.db.transaction(async (tx): Promise<ResetOutcome> => {
      const reason = await checkRequester(tx, userId, requester);
      if (reason) return { ok: false, reason };
      const { organizationId } = requester;
      await removeResetLinks(tx, userId);
      const by = { requestedBy: requester.userId, organizationId };
      await insert(tx, {
        ...{ value: userId, identifier: `${shownPrefix}${link.hash}`, expiresAt: link.expiresAt },
        ...by,
      });
      const facts = { organizationId, action: 'password-reset.create', subjectKind: 'member', subjectId: userId };
      await writeAudit(tx, actor, { ...facts, after: { expiresAt: link.expiresAt } });
      return { ok: true };
    });
  }

  /** Voids every link of a person who has just changed the password, and writes the change into the audit. */
  async recordChange(userId: string, actor: Actor): Promise<void> {
    await this.db.transaction(async (tx) => {
      await removeResetLinks(tx, userId);
      const subject = { organizationId: null, subjectKind: 'user', subjectId: userId };
      await writeAudit(tx, actor, { ...subject, action: 'password.change', after: {} });
    });
  }

  async find(hash: string): Promise<KnownReset | null> {
    return find(this.db.prisma, hash);
  }

  /**
   * Sets the password, ends every session of the person, voids every link, and revokes the API tokens unless they are kept:
   * whoever had the account until now may have made some. False when the link is not known, or its requester has lost the
   * right to it.
   */
  async use(hash: string, { passwordHash, keepApiTokens }: ResetUse, ip: string | null): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      // A new membership locks its person as well, so one that is being made is seen below. The person comes first, as there.
      await tx.$queryRaw`
        SELECT id FROM "user" WHERE id IN (SELECT value FROM verification WHERE identifier = ANY(${identifiersOf(hash)}))
        FOR UPDATE`;
      await tx.$queryRaw`SELECT id FROM verification WHERE identifier = ANY(${identifiersOf(hash)}) FOR UPDATE`;
      const subject = await find(tx, hash);
      if (!subject) return false;
      const { userId, name } = subject;
      await removeResetLinks(tx, userId);
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

interface NewLink {
  readonly identifier: string;
  readonly value: string;
  readonly expiresAt: Date;
  readonly requestedBy?: string;
  readonly organizationId?: string;
}

async function insert(tx: Queryable, link: NewLink): Promise<void> {
  await tx.verification.create({ data: { id: newId(), ...link } });
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
    select: { identifier: true, value: true, requestedBy: true, organizationId: true },
  });
  const user = row && (await tx.user.findUnique({ where: { id: row.value } }));
  if (!user) return null;
  const mailed = !row.identifier.startsWith(shownPrefix);
  if (!mailed && !(await mayStillReset(tx, user.id, row))) return null;
  const works = { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
  const apiTokens = await tx.apiToken.count({ where: { userId: user.id, ...works } });
  return { userId: user.id, email: user.email, name: user.name, apiTokens, mailed };
}

/** People who came by a provider have no password until now. */
async function setPassword(tx: Queryable, userId: string, password: string): Promise<void> {
  const where = { userId, providerId: 'credential' };
  const { count } = await tx.account.updateMany({ where, data: { password } });
  if (count === 0) await tx.account.create({ data: { ...where, id: newId(), accountId: userId, password } });
}
