import { isRole, mayDo } from '@cooperage/domain';
import type { Queryable } from '../database.js';

/** All links begin with this; what follows it says who has seen them. */
const prefix = 'password-reset:';
export const mailedPrefix = prefix;
export const shownPrefix = `${prefix}shown:`;

/** Who requests a link for a member, and in which organization. */
export interface ResetRequester {
  readonly userId: string;
  readonly organizationId: string;
}

export type RequesterRefusal = 'not_found' | 'not_only_yours' | 'administrator';

export function identifiersOf(hash: string): string[] {
  return [`${mailedPrefix}${hash}`, `${shownPrefix}${hash}`];
}

/** Removes every link of a person. */
export async function removeResetLinks(tx: Queryable, userId: string): Promise<void> {
  await tx.verification.deleteMany({ where: { value: userId, identifier: { startsWith: prefix } } });
}

/** Removes the links that went to a person by mail. What an owner has handed over stays: anybody may ask for a mail. */
export async function removeMailedResetLinks(tx: Queryable, userId: string): Promise<void> {
  const identifier = { startsWith: mailedPrefix, not: { startsWith: shownPrefix } };
  await tx.verification.deleteMany({ where: { value: userId, identifier } });
}

/** Removes the links of a person that others were shown: the memberships that allowed them have changed. */
export async function removeShownResetLinks(tx: Queryable, userId: string): Promise<void> {
  await tx.verification.deleteMany({ where: { value: userId, identifier: { startsWith: shownPrefix } } });
}

/**
 * Checks by the present memberships whether `requester` may set the password of a person: that is to do all that the person can.
 * The person must be a member of the requester's organization and of none that the requester does not own. Only an
 * administrator may do it for an administrator. Null if all of it holds.
 */
export async function checkRequester(
  tx: Queryable,
  userId: string,
  requester: ResetRequester,
): Promise<RequesterRefusal | null> {
  const [subject, by] = [await readPerson(tx, userId), await readPerson(tx, requester.userId)];
  if (!subject?.members.some(({ organizationId }) => organizationId === requester.organizationId)) return 'not_found';
  if (subject.administrator && !by?.administrator) return 'administrator';
  const owned = (by?.members ?? []).filter(({ role }) => isRole(role) && mayDo(role, 'member.manage'));
  const ownedIds = new Set(owned.map(({ organizationId }) => organizationId));
  return subject.members.every(({ organizationId }) => ownedIds.has(organizationId)) ? null : 'not_only_yours';
}

/** Whether a stored link still has what allowed it. */
export async function mayStillReset(
  tx: Queryable,
  userId: string,
  { requestedBy, organizationId }: { readonly requestedBy: string | null; readonly organizationId: string | null },
): Promise<boolean> {
  if (requestedBy === null || organizationId === null) return false;
  return (await checkRequester(tx, userId, { userId: requestedBy, organizationId })) === null;
}

async function readPerson(tx: Queryable, id: string) {
  return tx.user.findUnique({
    where: { id },
    select: { administrator: true, members: { select: { organizationId: true, role: true } } },
  });
}
