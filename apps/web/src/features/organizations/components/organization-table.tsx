import type { AdministeredOrganization } from '@cooperage/contracts';
import { Badge } from '@/components/ui/badge';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { visibleText } from '@/lib/format/names';

/** Every organization of the installation, for its administrators. */
export function OrganizationTable({ organizations }: { organizations: readonly AdministeredOrganization[] }) {
  return (
    <Table
      label="Organizations"
      head={
        <>
          <Th>Organization</Th>
          <Th right>Projects</Th>
          <Th right wide>
            Members
          </Th>
          <Th right wide>
            Running
          </Th>
          <Th right wide>
            Waiting
          </Th>
          <Th wide>Created</Th>
        </>
      }
    >
      {organizations.map((organization) => (
        <tr key={organization.organizationId} className={rowClass}>
          <Td className="max-w-60 truncate">
            <Link href={`/organizations/${encodeURIComponent(organization.slug)}`} data-row className={textLinkClass}>
              {visibleText(organization.name)}
            </Link>{' '}
            <OrganizationState organization={organization} />
          </Td>
          <Td right>{organization.projects}</Td>
          <Td right wide>
            {organization.members}
          </Td>
          <Td right wide>
            {organization.runningBuilds}
          </Td>
          <Td right wide>
            {organization.waitingBuilds}
          </Td>
          <Td wide>
            <Moment at={organization.createdAt} />
          </Td>
        </tr>
      ))}
    </Table>
  );
}

/** What is out of the ordinary, in a word. */
export function OrganizationState({
  organization: { deletedAt, suspendedAt, home },
}: {
  organization: Pick<AdministeredOrganization, 'deletedAt' | 'suspendedAt' | 'home'>;
}) {
  if (deletedAt !== null) return <Badge tone="bad">being deleted</Badge>;
  if (suspendedAt !== null) return <Badge tone="wait">suspended</Badge>;
  return home ? <Badge>trusted builders</Badge> : null;
}
