import { isRole, mayDo, type Role } from '@cooperage/domain';
import { writeAudit } from '../audit/write-audit.js';
import { type Database, isUniqueViolation, type Queryable } from '../database.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import type { Actor } from './actor.js';
import { insertOrganization, type NewOrganization } from './insert-organization.js';
import { removePendingInvitations } from './invitation-repository.js';
import { removeShownResetLinks } from './password-reset-links.js';

export interface MemberRecord {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
}

export type MemberChange = { readonly ok: true } | { readonly ok: false; readonly reason: 'not_found' | 'last_owner' };

/** Organizations and who is in them. An organization never loses its last owner. */
export class MemberRepository {
  constructor(private readonly db: Database) {}

  /** Null when the slug is taken. */
  async createOrganization(organization: NewOrganization, ownerId: string, actor: Actor): Promise<string | null> {
    try {
      return await this.db.transaction((tx) => insertOrganization(tx, organization, ownerId, actor));
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
  }

  /** Administrators of the installation, the first ones; at most three. */
  async administrators(): Promise<readonly { readonly name: string; readonly email: string }[]> {
    const select = { name: true, email: true } as const;
    return this.db.prisma.user.findMany({
      where: { administrator: true },
      select,
      orderBy: { createdAt: 'asc' },
      take: 3,
    });
  }

  /** False when there is no such organization. */
  async renameOrganization(organizationId: string, name: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM organization WHERE id = ${organizationId} FOR UPDATE`;
      const before = await tx.organization.findUnique({ where: { id: organizationId }, select: { name: true } });
      if (!before) return false;
      await tx.organization.update({ where: { id: organizationId }, data: { name } });
      const facts = { organizationId, subjectKind: 'organization', subjectId: organizationId };
      await writeAudit(tx, actor, { ...facts, action: 'organization.change', before, after: { name } });
      return true;
    });
  }

  /** What caches of a project may weigh that says nothing itself, in bytes; null for any. */
  async cacheBudget(organizationId: string): Promise<number | null> {
    const row = await this.db.prisma.organization.findUnique({
      where: { id: organizationId },
      select: { cacheBudgetBytes: true },
    });
    return row?.cacheBudgetBytes == null ? null : Number(row.cacheBudgetBytes);
  }

  /** False when there is no such organization. */
  async setCacheBudget(organizationId: string, cacheBudgetBytes: number | null, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM organization WHERE id = ${organizationId} FOR UPDATE`;
      const row = await tx.organization.findUnique({
        where: { id: organizationId },
        select: { cacheBudgetBytes: true },
      });
      if (!row) return false;
      await tx.organization.update({ where: { id: organizationId }, data: { cacheBudgetBytes } });
      const before = { cacheBudgetBytes: row.cacheBudgetBytes === null ? null : Number(row.cacheBudgetBytes) };
      const facts = { organizationId, subjectKind: 'organization', subjectId: organizationId };
      await writeAudit(tx, actor, { ...facts, action: 'organization.change', before, after: { cacheBudgetBytes } });
      return true;
    });
  }

  async list(organizationId: string, query: KeysetQuery): Promise<KeysetPage<MemberRecord>> {
    const rows = await this.db.prisma.member.findMany({
      where: { organizationId, ...(query.after && { userId: { lt: query.after } }) },
      select: { userId: true, role: true, createdAt: true, user: { select: { email: true, name: true } } },
      orderBy: { userId: 'desc' },
      take: query.limit + 1,
    });
    return toPage(
      rows,
      query.limit,
      (row) => row.userId,
      ({ userId, role, createdAt, user }) => ({ userId, ...user, role: isRole(role) ? role : 'viewer', createdAt }),
    );
  }

  async changeRole(organizationId: string, userId: string, role: Role, actor: Actor): Promise<MemberChange> {
    return this.db.transaction(async (tx): Promise<MemberChange> => {
      const member = await lockMember(tx, organizationId, userId);
      if (member === null) return { ok: false, reason: 'not_found' };
      if (role !== 'owner' && member.isLastOwner) return { ok: false, reason: 'last_owner' };
      await tx.member.updateMany({ where: { organizationId, userId }, data: { role } });
      if (!mayDo(role, 'member.manage')) await removePendingInvitations(tx, organizationId, userId);
      await auditMember(tx, actor, organizationId, userId, 'member.change', member.role, role);
      return { ok: true };
    });
  }

  /** Removes a member, revokes the tokens that the member made for this organization, and voids their links and invitations. */
  async remove(organizationId: string, userId: string, actor: Actor): Promise<MemberChange> {
    return this.db.transaction(async (tx): Promise<MemberChange> => {
      const member = await lockMember(tx, organizationId, userId);
      if (member === null) return { ok: false, reason: 'not_found' };
      if (member.isLastOwner) return { ok: false, reason: 'last_owner' };
      await tx.member.deleteMany({ where: { organizationId, userId } });
      await removeShownResetLinks(tx, userId);
      await removePendingInvitations(tx, organizationId, userId);
      await tx.apiToken.updateMany({
        where: { organizationId, userId, revokedAt: null },
        data: { revokedAt: new Date() },
      });
      await auditMember(tx, actor, organizationId, userId, 'member.remove', member.role, null);
      return { ok: true };
    });
  }
}

/** All changes of one organization's members wait for each other, so that two owners cannot remove each other. */
async function lockMember(
  tx: Queryable,
  organizationId: string,
  userId: string,
): Promise<{ role: string; isLastOwner: boolean } | null> {
  await tx.$queryRaw`SELECT id FROM organization WHERE id = ${organizationId} FOR UPDATE`;
  const member = await tx.member.findFirst({ where: { organizationId, userId }, select: { role: true } });
  if (!member) return null;
  const otherOwner = await tx.member.findFirst({ where: { organizationId, role: 'owner', userId: { not: userId } } });
  return { role: member.role, isLastOwner: member.role === 'owner' && otherOwner === null };
}

async function auditMember(
  tx: Queryable,
  actor: Actor,
  organizationId: string,
  userId: string,
  action: string,
  before: string | null,
  after: string | null,
): Promise<void> {
  const role = (value: string | null) => (value === null ? undefined : { role: value });
  await writeAudit(tx, actor, {
    organizationId,
    action,
    subjectKind: 'member',
    subjectId: userId,
    before: role(before),
    after: role(after),
  });
}
