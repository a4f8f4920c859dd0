import { readBuildFilter } from '@cooperage/domain/predicates';
import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { Empty, ProblemPanel } from '@/components/ui/states';
import { buildsAddress } from '@/features/builds/api/load-builds';
import { FilterLine } from '@/features/builds/components/build-filter';
import { listAddress, listHref } from '@/features/builds/model/list-address';
import { daysAddress, insightsAddress, loadInsights } from '@/features/insights/api/load-insights';
import { InsightCards } from '@/features/insights/components/insights';
import { buildsOf, fewestBuilds } from '@/features/insights/model/answers';
import type { PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'Insights' };

const days = 30;

export default async function InsightsPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const { filter } = listAddress(await searchParams);
  const read = readBuildFilter(filter);
  return (
    <Page crumbs={[{ label: 'Insights' }]} curl={insightsAddress({ days, filter })}>
      <PageTitle
        title="Insights"
        actions={
          <a href={`/api/v1${daysAddress({ days, filter })}`} download className={buttonClass()}>
            Download CSV
          </a>
        }
      >
        <p>The last {days} days, in UTC.</p>
      </PageTitle>
      <FilterLine path="/insights" filter={filter} read={read} group={null} excluding={[]} />
      {read.ok && <Answers filter={filter} />}
    </Page>
  );
}

async function Answers({ filter }: { filter: string }) {
  const insights = await loadInsights({ days, filter });
  if (!insights.ok) {
    return (
      <Card>
        <ProblemPanel problem={insights.problem} what="The insights" />
      </Card>
    );
  }
  const missing = fewestBuilds - buildsOf(insights.value.days);
  if (missing <= 0)
    return <InsightCards insights={insights.value} buildsHref={(terms) => listHref('/builds', `${filter} ${terms}`)} />;
  return (
    <Card>
      <Empty
        title="There are too few builds to say anything."
        action={
          <Link href={listHref('/builds', filter)} className={buttonClass('primary')}>
            See the builds there are
          </Link>
        }
        command={{ path: buildsAddress({ filter }) }}
      >
        <p>
          {missing === 1 ? 'One build is' : `${missing} builds are`} missing: medians of fewer than {fewestBuilds}{' '}
          mislead.
        </p>
      </Empty>
    </Card>
  );
}
