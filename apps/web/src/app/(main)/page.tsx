import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { Overview } from '@/features/overview/components/overview';

export const metadata: Metadata = { title: 'Overview' };

export default function OverviewPage() {
  return (
    <Page crumbs={[{ label: 'Overview' }]} curl="/builds">
      <PageTitle
        title="Overview"
        actions={
          <Link href="/projects/new" className={buttonClass('primary')} data-key="n">
            New project
          </Link>
        }
      />
      <Overview />
    </Page>
  );
}
