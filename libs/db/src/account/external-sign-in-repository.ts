import { writeAudit } from '../audit/write-audit.js';
import { type Database, isUniqueViolation, type Queryable } from '../database.js';
import { newId } from '../new-id.js';
import { claimAccount } from './claim-account.js';

/** Somebody of whom an OpenID provider has said who it is. */
export interface ExternalIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** In lower case, verified by the provider; null where it vouches for none. */
  readonly email: string | null;
  readonly name: string;
}

export interface NewSession {
  readonly token: string;
  readonly expiresAt: Date;
  readonly address: string;
  readonly userAgent: string;
}

export type ExternalSignIn =
  | { readonly ok: true; readonly userId: string }
  | { readonly ok: false; readonly reason: 'email_not_verified' | 'setup_needed' };

/** Sessions of people whom an OpenID provider has let in. */
export class ExternalSignInRepository {
  constructor(private readonly db: Database) {}

  /**
   * Finds the person by issuer and subject; else links the one who has the verified mail address; else gives an account whose
   * address was never proven to its owner (`claim-account.ts`); else makes a person, who is in no organization. A first
   * administrator is never made here.
   */
  async signIn(identity: ExternalIdentity, session: NewSession): Promise<ExternalSignIn> {
    try {
      return await this.once(identity, session);
    } catch (error) {
      // Somebody with this mail address was made meanwhile.
      if (isUniqueViolation(error)) return this.once(identity, session);
      throw error;
    }
  }

  /** The provider does not let a person in any more: every session of theirs ends, however it began. */
  async endSessions(identity: Pick<ExternalIdentity, 'issuer' | 'subject'>, ip: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const account = await linkedAccount(tx, identity);
      if (!account) return;
      const { id, name } = account.user;
      const { count } = await tx.session.deleteMany({ where: { userId: id } });
      if (count === 0) return;
      const actor = { kind: 'person', id, name, ip } as const;
      const after = { sessions: count, refusedBy: identity.issuer };
      await writeAudit(tx, actor, { ...ofUser(id), action: 'session.end', after });
    });
  }

  private once(identity: ExternalIdentity, session: NewSession): Promise<ExternalSignIn> {
    return this.db.transaction(async (tx) => {
      const person = await knownPerson(tx, identity);
      if (!person.ok) return person;
      const { id, name } = person.isNew ? await makePerson(tx, identity, session) : person.user;
      const actor = { kind: 'person', id, name, ip: session.address } as const;
      if (person.isNew || person.isLinked) await link(tx, id, identity);
      if (!person.isNew && person.isClaimed)
        await claimAccount(tx, { id, name: identity.name }, identity.issuer, actor);
      const { token, expiresAt, address, userAgent } = session;
      await tx.session.create({ data: { id: newId(), userId: id, token, expiresAt, ipAddress: address, userAgent } });
      const after = { by: identity.issuer, ...(!person.isNew && person.isLinked && { linked: identity.subject }) };
      await writeAudit(tx, actor, { ...ofUser(id), action: 'session.start', after });
      return { ok: true, userId: id };
    });
  }
}

interface User {
  readonly id: string;
  readonly name: string;
}

type KnownPerson =
  | {
      readonly ok: true;
      readonly isNew: false;
      readonly isLinked: boolean;
      /** Its address was not proven until now. */
      readonly isClaimed: boolean;
      readonly user: User;
    }
  | { readonly ok: true; readonly isNew: true }
  | (ExternalSignIn & { readonly ok: false });

const columns = { id: true, name: true } as const;

async function linkedAccount(tx: Queryable, { issuer, subject }: Pick<ExternalIdentity, 'issuer' | 'subject'>) {
  return tx.account.findFirst({
    where: { providerId: providerOf(issuer), accountId: subject },
    select: { user: { select: { ...columns, emailVerified: true } } },
  });
}

async function knownPerson(tx: Queryable, identity: ExternalIdentity): Promise<KnownPerson> {
  const { email } = identity;
  const account = await linkedAccount(tx, identity);
  // An owner may have set a password by a link that the owner saw: then the provider's person takes the account back (R-H6).
  if (account) {
    const { emailVerified, ...user } = account.user;
    return { ok: true, isNew: false, isLinked: false, isClaimed: !emailVerified, user };
  }
  if (email === null) return { ok: false, reason: 'email_not_verified' };
  const select = { ...columns, emailVerified: true, administrator: true } as const;
  const user = await tx.user.findUnique({ where: { email }, select });
  // The installation is not given to whoever a provider vouches for.
  if (user?.administrator && !user.emailVerified) return { ok: false, reason: 'email_not_verified' };
  if (user) return { ok: true, isNew: false, isLinked: true, isClaimed: !user.emailVerified, user };
  const anybody = await tx.user.findFirst({ select: { id: true } });
  return anybody ? { ok: true, isNew: true } : { ok: false, reason: 'setup_needed' };
}

async function makePerson(tx: Queryable, { email, name }: ExternalIdentity, session: NewSession): Promise<User> {
  const user = { id: newId(), name };
  await tx.user.create({ data: { ...user, email: email!, emailVerified: true } });
  const actor = { kind: 'person', ...user, ip: session.address } as const;
  await writeAudit(tx, actor, { ...ofUser(user.id), action: 'user.create', after: { email, name } });
  return user;
}

async function link(tx: Queryable, userId: string, { issuer, subject }: ExternalIdentity): Promise<void> {
  await tx.account.create({ data: { id: newId(), providerId: providerOf(issuer), accountId: subject, userId } });
}

/** A subject says something only together with who says it. */
function providerOf(issuer: string): string {
  return `oidc ${issuer}`;
}

function ofUser(id: string) {
  return { organizationId: null, subjectKind: 'user', subjectId: id };
}
