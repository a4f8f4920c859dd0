import type { Me, MemberView, PendingInvitationView, SessionView } from '@cooperage/contracts';
import type { MemberRecord, OpenSession, PendingInvitation } from '@cooperage/db';
import type { ApiSettings } from '../app/settings.js';
import type { Principal } from '../auth/principal.js';

export function mayCreateOrganizations(
  { kind, administrator }: Principal,
  who: ApiSettings['organizationCreation'],
): boolean {
  return kind === 'person' && (administrator || who === 'everybody');
}

export function presentMe(principal: Principal, creators: ApiSettings['organizationCreation']): Me {
  const { userId, email, name, administrator, memberships } = principal;
  return {
    id: userId,
    email,
    name,
    administrator,
    mayCreateOrganizations: mayCreateOrganizations(principal, creators),
    organizations: memberships.map((membership) => ({
      organizationId: membership.organizationId,
      slug: membership.slug,
      name: membership.name,
      role: membership.role,
    })),
  };
}

export function presentSession(session: OpenSession, currentId: string): SessionView {
  return {
    id: session.id,
    current: session.id === currentId,
    address: session.address,
    userAgent: session.userAgent,
    createdAt: session.createdAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
  };
}

export function presentMember(member: MemberRecord): MemberView {
  return { ...member, createdAt: member.createdAt.toISOString() };
}

export function presentPendingInvitation(invitation: PendingInvitation): PendingInvitationView {
  const { createdAt, expiresAt } = invitation;
  return { ...invitation, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}
