import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Page } from '@/components/shell/page';
import { Card } from '@/components/ui/card';
import { Pager } from '@/components/ui/pager';
import { ProblemPage, ProblemPanel, Skeleton } from '@/components/ui/states';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { deliveriesAddress, loadDeliveries, loadSilences } from '@/features/deliveries/api/load-deliveries';
import { DeliveryTable } from '@/features/deliveries/components/delivery-table';
import { NoneEndedSo } from '@/features/deliveries/components/none-ended-so';
import { OutcomeTabs } from '@/features/deliveries/components/outcome-tabs';
import { RefusalsCard } from '@/features/deliveries/components/refusals-card';
import { SilenceNote } from '@/features/deliveries/components/silence-note';
import { WaitingForPing } from '@/features/deliveries/components/waiting-for-ping';
import { outcomeIds } from '@/features/deliveries/model/outcomes';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { ProjectHeader } from '@/features/projects/components/project-header';
import { decodeSegment, projectPath } from '@/lib/address/paths';
import { one, oneOf, type PageQuery } from '@/lib/address/query';

interface Props {
  params: Promise<ProjectParams>;
  searchParams: Promise<PageQuery>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Deliveries of ${decodeSegment((await params).project)}` };
}

export default async function DeliveriesPage({ params, searchParams }: Props) {
  const [project, query] = await Promise.all([params.then(loadProject), searchParams]);
  if (!project.ok) return <ProblemPage problem={project.problem} what="The project" />;
  const { id, organizationSlug, slug } = project.value;
  const outcome = oneOf(query, 'outcome', outcomeIds);
  const asked = { projectId: id, outcome, cursor: one(query, 'cursor') };
  const [deliveries, silences] = await Promise.all([loadDeliveries(asked), loadSilences(id)]);
  const path = projectPath(project.value);
  return (
    <Page
      crumbs={[{ label: organizationSlug, href: '/projects' }, { label: slug, href: path }, { label: 'Deliveries' }]}
      curl={deliveriesAddress(asked)}
    >
      <ProjectHeader project={project.value} tab="deliveries" />
      <LiveRefresh scopes={[{ projectId: id }]} deliveries />
      <SilenceNote silences={silences} />
      <OutcomeTabs path={`${path}/deliveries`} outcome={outcome} />
      <Card>
        {!deliveries.ok ? (
          <ProblemPanel problem={deliveries.problem} what="The deliveries" />
        ) : deliveries.value.items.length === 0 ? (
          outcome === null ? (
            <WaitingForPing project={project.value} />
          ) : (
            <NoneEndedSo
              path={`${path}/deliveries`}
              address={deliveriesAddress({ projectId: id, outcome: null, cursor: null })}
            />
          )
        ) : (
          <>
            <DeliveryTable deliveries={deliveries.value.items} />
            <Pager path={`${path}/deliveries`} query={query} next={deliveries.value.next} />
          </>
        )}
      </Card>
      <Suspense fallback={<Skeleton lines={3} />}>
        <RefusalsCard projectId={id} />
      </Suspense>
    </Page>
  );
}
