import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { Card } from '@/components/ui/card';
import { Pager } from '@/components/ui/pager';
import { ProblemPage, ProblemPanel } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import {
  loadOrganizations,
  loadQuotaDefaults,
  organizationsAddress,
} from '@/features/organizations/api/load-organizations';
import { OrganizationTable } from '@/features/organizations/components/organization-table';
import { QuotaForm } from '@/features/organizations/components/quota-form';
import { one, type PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'Organizations' };

export default async function OrganizationsPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [query, me] = await Promise.all([searchParams, loadMe()]);
  if (!me.ok) return <ProblemPage problem={me.problem} what="The organizations" />;
  const cursor = one(query, 'cursor');
  const [organizations, defaults] = await Promise.all([loadOrganizations(cursor), loadQuotaDefaults()]);
  return (
    <Page crumbs={[{ label: 'Organizations' }]} curl={organizationsAddress(cursor)}>
      <PageTitle title="Organizations">
        All organizations of this installation. What you do here is recorded in the audit log of the installation.
      </PageTitle>
      <Card>
        {organizations.ok ? (
          <>
            <OrganizationTable organizations={organizations.value.items} />
            <Pager path="/organizations" query={query} next={organizations.value.next} />
          </>
        ) : (
          <ProblemPanel problem={organizations.problem} what="The organizations" />
        )}
      </Card>
      {defaults.ok && (
        <Card title="Default quotas of all organizations">
          <QuotaForm key={JSON.stringify(defaults.value)} address="/quotas" quota={defaults.value} otherwise={null} />
        </Card>
      )}
    </Page>
  );
}
