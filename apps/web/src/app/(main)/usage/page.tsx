import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { Card } from '@/components/ui/card';
import { ProblemPage, ProblemPanel } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { NoOrganization } from '@/features/account/components/no-organization';
import { OrganizationSwitch } from '@/features/account/components/organization-switch';
import { loadUsage, usageAddress } from '@/features/usage/api/load-usage';
import { UsageCards } from '@/features/usage/components/usage-cards';
import { loadQueue } from '@/features/workers/api/load-workers';
import { WaitingTable } from '@/features/workers/components/waiting-table';
import { one, type PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'Usage' };

export default async function UsagePage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [query, me] = await Promise.all([searchParams, loadMe()]);
  if (!me.ok) return <ProblemPage problem={me.problem} what="The usage" />;
  const { organizations, mayCreateOrganizations } = me.value;
  const organization =
    organizations.find((each) => each.organizationId === one(query, 'organization')) ?? organizations[0];
  if (!organization) {
    return (
      <Page crumbs={[{ label: 'Usage' }]}>
        <NoOrganization mayCreate={mayCreateOrganizations} />
      </Page>
    );
  }
  const [usage, queue] = await Promise.all([loadUsage(organization.organizationId), loadQueue()]);
  const waiting = queue.ok
    ? queue.value.waitingBuilds.filter(({ organizationSlug }) => organizationSlug === organization.slug)
    : [];
  return (
    <Page crumbs={[{ label: 'Usage' }]} curl={usageAddress(organization.organizationId)}>
      <PageTitle title="Usage">
        What the organization uses of its quotas. Administrators of the installation set them.
      </PageTitle>
      <OrganizationSwitch path="/usage" organizations={organizations} current={organization} />
      {usage.ok ? (
        <UsageCards usage={usage.value} />
      ) : (
        <Card>
          <ProblemPanel problem={usage.problem} what="The usage" />
        </Card>
      )}
      <Card title="Waiting builds">
        {queue.ok ? (
          waiting.length === 0 ? (
            <p className="px-3 py-3 text-text-2">No builds are waiting.</p>
          ) : (
            <WaitingTable builds={waiting} />
          )
        ) : (
          <ProblemPanel problem={queue.problem} what="The queue" />
        )}
      </Card>
    </Page>
  );
}
