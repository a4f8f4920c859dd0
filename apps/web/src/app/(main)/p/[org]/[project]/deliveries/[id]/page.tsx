import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Page } from '@/components/shell/page';
import { ProblemPage } from '@/components/ui/states';
import { loadDelivery } from '@/features/deliveries/api/load-deliveries';
import { DeliveryPage } from '@/features/deliveries/components/delivery-page';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { decodeSegment, projectPath } from '@/lib/address/paths';

export const metadata: Metadata = { title: 'Delivery' };

export default async function Delivery({ params }: { params: Promise<ProjectParams & { id: string }> }) {
  const segments = await params;
  const [project, delivery] = await Promise.all([loadProject(segments), loadDelivery(decodeSegment(segments.id))]);
  if (!project.ok) return <ProblemPage problem={project.problem} what="The project" />;
  if (!delivery.ok) return <ProblemPage problem={delivery.problem} what="The delivery" />;
  if (delivery.value.projectId !== project.value.id) notFound();
  const path = projectPath(project.value);
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
      <DeliveryPage project={project.value} delivery={delivery.value} />
    </Page>
  );
}
