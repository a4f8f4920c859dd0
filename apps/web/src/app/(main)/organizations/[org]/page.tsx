import type { OrganizationDetail } from '@cooperage/contracts';
import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { Card } from '@/components/ui/card';
import { DeleteButton } from '@/components/ui/delete-button';
import { Moment } from '@/components/ui/moment';
import { ProblemPage, ProblemPanel } from '@/components/ui/states';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import {
  loadOrganization,
  loadQuotaDefaults,
  organizationAddress,
} from '@/features/organizations/api/load-organizations';
import { OpenBuildTable } from '@/features/organizations/components/open-build-table';
import { OrganizationActs } from '@/features/organizations/components/organization-acts';
import { OrganizationState } from '@/features/organizations/components/organization-table';
import { QuotaForm } from '@/features/organizations/components/quota-form';
import { loadUsage } from '@/features/usage/api/load-usage';
import { UsageCards } from '@/features/usage/components/usage-cards';
import { decodeSegment } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';

export const metadata: Metadata = { title: 'Organization' };

export default async function OrganizationPage({ params }: { params: Promise<{ org: string }> }) {
  const slug = decodeSegment((await params).org);
  const [organization, usage, defaults] = await Promise.all([
    loadOrganization(slug),
    loadUsage(slug),
    loadQuotaDefaults(),
  ]);
  if (!organization.ok) return <ProblemPage problem={organization.problem} what="The organization" />;
  const { name, members, projectList, openBuilds, createdAt } = organization.value;
  return (
    <Page
      crumbs={[{ label: 'Organizations', href: '/organizations' }, { label: slug }]}
      curl={organizationAddress(slug)}
    >
      <PageTitle title={visibleText(name)}>
        <OrganizationState organization={organization.value} /> {members} {members === 1 ? 'member' : 'members'}. As
        administrator you see its projects and builds, but not their contents. Created <Moment at={createdAt} />
      </PageTitle>
      {usage.ok ? (
        <UsageCards usage={usage.value} />
      ) : (
        <Card>
          <ProblemPanel problem={usage.problem} what="The usage" />
        </Card>
      )}
      {usage.ok && defaults.ok && (
        <Card title="Quotas of this organization">
          <QuotaForm
            key={JSON.stringify(usage.value.own)}
            address={`${organizationAddress(slug)}/quotas`}
            quota={usage.value.own}
            otherwise={defaults.value}
          />
        </Card>
      )}
      <Card title="Projects">
        <ProjectTable projects={projectList} />
      </Card>
      <Card title="Builds in progress">
        <OpenBuildTable builds={openBuilds} />
      </Card>
      <OrganizationActs organization={organization.value} />
    </Page>
  );
}

function ProjectTable({ projects }: { projects: OrganizationDetail['projectList'] }) {
  if (projects.length === 0) return <p className="px-3 py-3 text-text-2">No projects yet.</p>;
  return (
    <Table
      label="Projects"
      head={
        <>
          <Th>Project</Th>
          <Th right>Running</Th>
          <Th right>Waiting</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </>
      }
    >
      {projects.map(({ projectId, slug, deletedAt, runningBuilds, waitingBuilds }) => (
        <tr key={projectId} data-row className={rowClass}>
          <Td className="max-w-60 truncate">{visibleText(slug)}</Td>
          <Td right>{runningBuilds}</Td>
          <Td right>{waitingBuilds}</Td>
          <Td right>
            {deletedAt !== null ? (
              'being deleted'
            ) : (
              <DeleteButton
                address={`/projects/${projectId}`}
                what={slug}
                consequence="Its builds, logs, images, tags, signatures and secrets are deleted with it. This can’t be undone."
                typedName={slug}
              />
            )}
          </Td>
        </tr>
      ))}
    </Table>
  );
}
