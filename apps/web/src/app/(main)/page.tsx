import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { overviewAddress } from '@/features/overview/api/load-overview';
import { Overview } from '@/features/overview/components/overview';
import type { PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'Overview' };

export default async function OverviewPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const query = await searchParams;
  return (
    <Page crumbs={[{ label: 'Overview' }]} curl={overviewAddress(query)}>
      <PageTitle
        title="Overview"
        actions={
          <Link href="/projects/new" className={buttonClass('primary')} data-key="n">
            New project
          </Link>
        }
      />
      <Overview query={query} />
    </Page>
  );
}
