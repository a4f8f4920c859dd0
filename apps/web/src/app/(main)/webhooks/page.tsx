import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { Pager } from '@/components/ui/pager';
import { Empty, ProblemPage, ProblemPanel, Skeleton } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { deliveriesAddress, loadDeliveries, loadSilences } from '@/features/deliveries/api/load-deliveries';
import { DeliveryTable } from '@/features/deliveries/components/delivery-table';
import { NoneEndedSo } from '@/features/deliveries/components/none-ended-so';
import { OutcomeTabs } from '@/features/deliveries/components/outcome-tabs';
import { RefusalsCard } from '@/features/deliveries/components/refusals-card';
import { SilenceNote } from '@/features/deliveries/components/silence-note';
import { outcomeIds } from '@/features/deliveries/model/outcomes';
import { one, oneOf, type PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'Webhooks' };

export default async function WebhooksPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [query, me] = await Promise.all([searchParams, loadMe()]);
  if (!me.ok) return <ProblemPage problem={me.problem} what="The webhooks" />;
  const outcome = oneOf(query, 'outcome', outcomeIds);
  const asked = { outcome, cursor: one(query, 'cursor') };
  const [deliveries, silences] = await Promise.all([loadDeliveries(asked), loadSilences()]);
  const scopes = me.value.organizations.map(({ organizationId }) => ({ organizationId }));
  return (
    <Page crumbs={[{ label: 'Webhooks' }]} curl={deliveriesAddress(asked)}>
      <PageTitle title="Webhooks">Every call of a git host, and what came of it.</PageTitle>
      <LiveRefresh scopes={scopes} deliveries />
      <SilenceNote silences={silences} named />
      <OutcomeTabs path="/webhooks" outcome={outcome} />
      <Card>
        {!deliveries.ok ? (
          <ProblemPanel problem={deliveries.problem} what="The deliveries" />
        ) : deliveries.value.items.length === 0 ? (
          <NoDeliveries narrowed={outcome !== null} />
        ) : (
          <>
            <DeliveryTable deliveries={deliveries.value.items} named />
            <Pager path="/webhooks" query={query} next={deliveries.value.next} />
          </>
        )}
      </Card>
      <Suspense fallback={<Skeleton lines={3} />}>
        <RefusalsCard />
      </Suspense>
    </Page>
  );
}

function NoDeliveries({ narrowed }: { narrowed: boolean }) {
  if (narrowed) return <NoneEndedSo path="/webhooks" address={deliveriesAddress({ outcome: null, cursor: null })} />;
  return (
    <Empty
      title="No git host has called yet."
      action={
        <Link href="/projects" className={buttonClass('primary')}>
          Choose the project to connect
        </Link>
      }
      command={{ path: '/projects' }}
    >
      <p>
        Each project has an address and a secret for the webhook at its git host. The first call shows up here by
        itself.
      </p>
    </Empty>
  );
}
