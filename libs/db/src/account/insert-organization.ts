import { writeAudit } from '../audit/write-audit.js';
import type { Queryable } from '../database.js';
import { newId } from '../new-id.js';
import type { Actor } from './actor.js';
import { removeEmptied } from './organization-administration.js';
import { removeShownResetLinks } from './password-reset-links.js';

export interface NewOrganization {
  readonly name: string;
  readonly slug: string;
}

/** An organization with its first owner. The first of an installation is its home organization. @throws a unique violation when the slug is taken. */
export async function insertOrganization(
  tx: Queryable,
  organization: NewOrganization,
  ownerId: string,
  actor: Actor,
): Promise<string> {
  const id = newId();
  const { name, slug } = organization;
  await removeEmptied(tx, slug);
  await tx.organization.create({ data: { id, name, slug, createdAt: new Date() } });
  await tx.member.create({
    data: { id: newId(), organizationId: id, userId: ownerId, role: 'owner', createdAt: new Date() },
  });
  await removeShownResetLinks(tx, ownerId);
  await tx.$executeRaw`
    INSERT INTO installation (id, home_organization_id) VALUES (1, ${id}) ON CONFLICT (id) DO UPDATE
    SET home_organization_id = coalesce(installation.home_organization_id, excluded.home_organization_id)`;
  const facts = { organizationId: id, action: 'organization.create', subjectKind: 'organization', subjectId: id };
  const after = { name, slug, owner: ownerId };
  // Administrators look in the audit of the installation, members in that of the organization.
  await writeAudit(tx, actor, { ...facts, after, alsoInstallation: true });
  return id;
}
