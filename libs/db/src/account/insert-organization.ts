import { writeAudit } from '../audit/write-audit.js';
import type { Queryable } from '../database.js';
import { newId } from '../new-id.js';
import type { Actor } from './actor.js';

export interface NewOrganization {
  readonly name: string;
  readonly slug: string;
}

/** An organization with its first owner. @throws a unique violation when the slug is taken. */
export async function insertOrganization(
  tx: Queryable,
  organization: NewOrganization,
  ownerId: string,
  actor: Actor,
): Promise<string> {
  const id = newId();
  const { name, slug } = organization;
  await tx.organization.create({ data: { id, name, slug, createdAt: new Date() } });
  await tx.member.create({
    data: { id: newId(), organizationId: id, userId: ownerId, role: 'owner', createdAt: new Date() },
  });
  await writeAudit(tx, actor, {
    organizationId: id,
    action: 'organization.create',
    subjectKind: 'organization',
    subjectId: id,
    after: { name, slug, owner: ownerId },
  });
  return id;
}
