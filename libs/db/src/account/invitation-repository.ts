import { isRole, mayDo, type Role, roles } from '@cooperage/domain';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { newId } from '../new-id.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import type { Actor } from './actor.js';
import { insertUser, type NewUser } from './insert-user.js';
import { removeShownResetLinks } from './password-reset-links.js';

export interface NewInvitation {
  /** sha256 in hex of the secret in the invitation's link: whoever reads the table cannot use it. */
  readonly hash: string;
  readonly organizationId: string;
  readonly email: string;
  readonly role: Role;
  readonly inviterId: string;
  readonly expiresAt: Date;
}

export interface InvitationRecord {
  readonly email: string;
  readonly role: Role;
  readonly organizationId: string;
  readonly organizationName: string;
  /** Whether somebody with this mail address can sign in already. */
  readonly hasAccount: boolean;
  /** The link was mailed and shown to no one. */
  readonly mailed: boolean;
}

/** Roles that may invite. */
const inviters = roles.filter((role) => mayDo(role, 'member.manage'));

/** An invitation that nobody has used yet, as owners see it. */
export interface PendingInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly inviterName: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export type AcceptOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'not_found' | 'account_exists' | 'already_member' };

/**
 * Invitations into an organization, since nobody can sign up by themselves. One counts as long as its inviter may invite:
 * else somebody who was removed could come back by a link of their own.
 */
export class InvitationRepository {
  constructor(private readonly db: Database) {}

  async create(invitation: NewInvitation, actor: Actor): Promise<void> {
    const { hash, organizationId, email, role, inviterId, expiresAt } = invitation;
    await this.db.transaction(async (tx) => {
      await tx.invitation.create({
        data: { id: hash, organizationId, email: email.toLowerCase(), role, inviterId, expiresAt },
      });
      await writeAudit(tx, actor, {
        organizationId,
        action: 'invitation.create',
        subjectKind: 'invitation',
        subjectId: hash.slice(0, 12),
        after: { email, role, expiresAt },
      });
    });
  }

  /** Those that can still be used, newest first. Their ids are hashes, so a page's key has the moment as well. */
  async pending(organizationId: string, { after, limit }: KeysetQuery): Promise<KeysetPage<PendingInvitation>> {
    const rows = await this.db.prisma.invitation.findMany({
      where: {
        ...{ organizationId, status: 'pending', expiresAt: { gt: new Date() }, ...(after && olderThan(after)) },
        user: { members: { some: { organizationId, role: { in: inviters } } } },
      },
      select: {
        ...{ id: true, email: true, role: true, createdAt: true, expiresAt: true },
        user: { select: { name: true } },
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    return toPage(
      rows,
      limit,
      ({ createdAt, id }) => `${createdAt.toISOString()} ${id}`,
      ({ user, role, ...row }) => ({
        ...row,
        role: role !== null && isRole(role) ? role : 'viewer',
        inviterName: user.name,
      }),
    );
  }

  /** False when there is no such invitation, or it was used. */
  async revoke(organizationId: string, id: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [row] = await tx.$queryRaw<{ email: string; role: string | null }[]>`
        DELETE FROM invitation WHERE id = ${id} AND "organizationId" = ${organizationId} AND status = 'pending'
        RETURNING email, role`;
      if (!row) return false;
      await writeAudit(tx, actor, {
        organizationId,
        action: 'invitation.revoke',
        subjectKind: 'invitation',
        subjectId: id.slice(0, 12),
        before: row,
      });
      return true;
    });
  }

  /** The mail server has taken the link, and the inviter does not see it. */
  async markMailed(hash: string): Promise<void> {
    await this.db.prisma.invitation.updateMany({ where: { id: hash }, data: { mailed: true } });
  }

  async find(hash: string): Promise<InvitationRecord | null> {
    return find(this.db.prisma, hash);
  }

  /** A new account for the invited mail address, which is proven only if the link was mailed. */
  async acceptAsNew(
    hash: string,
    user: Pick<NewUser, 'name' | 'passwordHash'>,
    ip: string | null,
  ): Promise<AcceptOutcome> {
    return this.accept(hash, async (tx, invitation) => {
      if (invitation.hasAccount) return { ok: false, reason: 'account_exists' };
      const userId = await insertUser(tx, newId(), {
        ...{ ...user, email: invitation.email },
        emailVerified: invitation.mailed,
      });
      return { ok: true, actor: { kind: 'person', id: userId, name: user.name, ip } };
    });
  }

  /** Membership for somebody who is signed in with the invited mail address. */
  async acceptAs(hash: string, email: string, actor: Actor & { readonly id: string }): Promise<AcceptOutcome> {
    return this.accept(hash, async (_tx, invitation) =>
      invitation.email === email.toLowerCase() ? { ok: true, actor } : { ok: false, reason: 'not_found' },
    );
  }

  private async accept(
    hash: string,
    who: (
      tx: Queryable,
      invitation: InvitationRecord,
    ) => Promise<{ ok: true; actor: Actor & { readonly id: string } } | (AcceptOutcome & { ok: false })>,
  ): Promise<AcceptOutcome> {
    return this.db.transaction(async (tx): Promise<AcceptOutcome> => {
      // A change of the inviter's role waits for this, or this for it.
      await tx.$queryRaw`
        SELECT o.id FROM organization o JOIN invitation i ON i."organizationId" = o.id WHERE i.id = ${hash} FOR UPDATE OF o`;
      await tx.$queryRaw`SELECT id FROM invitation WHERE id = ${hash} FOR UPDATE`;
      const invitation = await find(tx, hash);
      if (invitation === null) return { ok: false, reason: 'not_found' };
      const answer = await who(tx, invitation);
      return answer.ok ? join(tx, hash, invitation, answer.actor) : answer;
    });
  }
}

/** @param key moment and id of the last invitation of the page before */
function olderThan(key: string) {
  const [moment = '', id = ''] = key.split(' ');
  const createdAt = new Date(moment);
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] };
}

async function find(tx: Queryable, hash: string): Promise<InvitationRecord | null> {
  const row = await tx.invitation.findFirst({
    where: { id: hash, status: 'pending', expiresAt: { gt: new Date() } },
    select: {
      ...{ email: true, role: true, mailed: true, inviterId: true, organizationId: true },
      organization: { select: { name: true } },
    },
  });
  if (!row?.role || !isRole(row.role) || !(await mayInvite(tx, row))) return null;
  const { email, role, organizationId, mailed } = row;
  const user = await tx.user.findUnique({ where: { email }, select: { id: true } });
  const organizationName = row.organization.name;
  return { email, role, organizationId, organizationName, hasAccount: user !== null, mailed };
}

async function mayInvite(
  tx: Queryable,
  { organizationId, inviterId }: { readonly organizationId: string; readonly inviterId: string },
): Promise<boolean> {
  const where = { organizationId, userId: inviterId, role: { in: inviters } };
  return (await tx.member.findFirst({ where, select: { id: true } })) !== null;
}

/** Voids what a person has invited to an organization and nobody has used. */
export async function removePendingInvitations(
  tx: Queryable,
  organizationId: string,
  inviterId: string,
): Promise<void> {
  await tx.invitation.deleteMany({ where: { organizationId, inviterId, status: 'pending' } });
}

async function join(
  tx: Queryable,
  hash: string,
  invitation: InvitationRecord,
  actor: Actor & { readonly id: string },
): Promise<AcceptOutcome> {
  const { organizationId, role } = invitation;
  const member = await tx.member.findFirst({ where: { organizationId, userId: actor.id }, select: { id: true } });
  if (member) return { ok: false, reason: 'already_member' };
  await tx.member.create({ data: { id: newId(), organizationId, userId: actor.id, role, createdAt: new Date() } });
  // Owners of the other organizations may not set the password of a member of this one.
  await removeShownResetLinks(tx, actor.id);
  await tx.invitation.update({ where: { id: hash }, data: { status: 'accepted' } });
  await writeAudit(tx, actor, {
    organizationId,
    action: 'member.join',
    subjectKind: 'member',
    subjectId: actor.id,
    after: { role },
  });
  return { ok: true };
}
