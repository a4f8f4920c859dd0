import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { loadMe } from '@/features/account/api/load-me';
import { buildsAddress } from '@/features/builds/api/load-builds';
import { BuildList } from '@/features/builds/components/build-list';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { listAddress } from '@/features/builds/model/list-address';
import { NoProjects } from '@/features/projects/components/no-projects';
import type { PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'Builds' };

export default async function BuildsPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [query, me] = await Promise.all([searchParams, loadMe()]);
  const scopes = me.ok ? me.value.organizations.map(({ organizationId }) => ({ organizationId })) : [];
  const { filter, cursor } = listAddress(query);
  return (
    <Page crumbs={[{ label: 'Builds' }]} curl={buildsAddress({ filter, cursor })}>
      <PageTitle title="Builds" />
      <LiveRefresh scopes={scopes} />
      <BuildList path="/builds" query={query} withProject empty={<NoProjects />} />
    </Page>
  );
}
