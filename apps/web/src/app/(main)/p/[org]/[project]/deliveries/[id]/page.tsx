import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { Page } from '@/components/shell/page';
import { ProblemPage } from '@/components/ui/states';
import { loadDelivery } from '@/features/deliveries/api/load-deliveries';
import { DeliveryPage } from '@/features/deliveries/components/delivery-page';
import { decisionOf } from '@/features/deliveries/model/decision';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { decodeSegment, projectPath } from '@/lib/address/paths';
import { one, type PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'Delivery' };

interface Props {
  params: Promise<ProjectParams & { id: string }>;
  searchParams: Promise<PageQuery>;
}

export default async function Delivery({ params, searchParams }: Props) {
  const [segments, query] = await Promise.all([params, searchParams]);
  const [project, delivery] = await Promise.all([loadProject(segments), loadDelivery(decodeSegment(segments.id))]);
  if (!project.ok) return <ProblemPage problem={project.problem} what="The project" />;
  if (!delivery.ok) return <ProblemPage problem={delivery.problem} what="The delivery" />;
  if (delivery.value.projectId !== project.value.id) notFound();
  const path = projectPath(project.value);
  // Whoever has just asked for a build wants to see that build, as soon as there is one.
  const [build] = decisionOf(delivery.value).builds;
  if (one(query, 'follow') === '1' && build !== undefined) redirect(`${path}/b/${build}`);
  return (
    <Page
      crumbs={[
        { label: project.value.organizationSlug, href: '/projects' },
        { label: project.value.slug, href: path },
        { label: 'Deliveries', href: `${path}/deliveries` },
        { label: delivery.value.eventName },
      ]}
      curl={`/deliveries/${delivery.value.id}`}
    >
      <DeliveryPage project={project.value} delivery={delivery.value} dryRun={one(query, 'dry') === '1'} />
    </Page>
  );
}
