import type { TokenScope } from '@cooperage/contracts';
import type { Actor, MembershipRecord, SessionRecord, TokenHolderRecord } from '@cooperage/db';
import { type Role, roleCovers, weakerRole } from '@cooperage/domain';

/** Who asks: a person with a session, or an API token in the name of the person who made it. */
export type Principal = Person | TokenHolder;

interface Common {
  readonly userId: string;
  readonly email: string;
  /** What others see: the person's name, with the token's where one is used. */
  readonly name: string;
  /** Of the whole installation; never by a token. */
  readonly administrator: boolean;
  readonly memberships: readonly MembershipRecord[];
}
export interface Person extends Common {
  readonly kind: 'person';
  readonly sessionId: string;
}
export interface TokenHolder extends Common {
  readonly kind: 'token';
  readonly tokenId: string;
  readonly scopes: readonly TokenScope[];
  /** Whether an administrator of the installation made it. It changes nothing as one. */
  readonly ofAdministrator: boolean;
}

export function personOf(session: SessionRecord): Person {
  const { sessionId, userId, email, name, administrator, memberships } = session;
  return { kind: 'person', sessionId, userId, email, name, administrator, memberships };
}

/** A token does what its maker may do now, and only reads unless its scopes say more. */
export function tokenHolderOf(holder: TokenHolderRecord): TokenHolder {
  const scopes = holder.scopes.filter((scope): scope is TokenScope => ['read', 'write', 'registry'].includes(scope));
  const bound: Role = scopes.includes('write') ? 'owner' : 'viewer';
  const { membership, tokenId, userId, email } = holder;
  return {
    kind: 'token',
    tokenId,
    userId,
    email,
    scopes,
    administrator: false,
    ofAdministrator: holder.administrator,
    name: `${holder.userName} (token ${holder.tokenName})`,
    memberships: [{ ...membership, role: weakerRole(membership.role, bound) }],
  };
}

/** Organizations of which the principal may see something: the bound of every query. */
export function organizationIdsOf(principal: Principal): string[] {
  return principal.memberships.map(({ organizationId }) => organizationId);
}

export function membershipIn(principal: Principal, organizationId: string): MembershipRecord | undefined {
  return principal.memberships.find((membership) => membership.organizationId === organizationId);
}

export function mayAs(principal: Principal, organizationId: string, needed: Role): boolean {
  const membership = membershipIn(principal, organizationId);
  return membership !== undefined && roleCovers(membership.role, needed);
}

export function actorOf(principal: Principal, ip: string | null): Actor {
  const { kind, name } = principal;
  return { kind, id: actorIdOf(principal), name, ip };
}

/** Of the person, or of the one token. */
export function actorIdOf(principal: Principal): string {
  return principal.kind === 'person' ? principal.userId : principal.tokenId;
}
