import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Page } from '@/components/shell/page';
import { Card } from '@/components/ui/card';
import { Pager } from '@/components/ui/pager';
import { Empty, ProblemPage, ProblemPanel, Skeleton } from '@/components/ui/states';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { imagesAddress, loadImages } from '@/features/images/api/load-images';
import { ImageTable } from '@/features/images/components/image-table';
import { TagMovesCard, TagsCard } from '@/features/images/components/tag-cards';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { ProjectHeader } from '@/features/projects/components/project-header';
import { decodeSegment, projectPath } from '@/lib/address/paths';
import { one, type PageQuery } from '@/lib/address/query';

interface Props {
  params: Promise<ProjectParams>;
  searchParams: Promise<PageQuery>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Images of ${decodeSegment((await params).project)}` };
}

export default async function ImagesPage({ params, searchParams }: Props) {
  const [project, query] = await Promise.all([params.then(loadProject), searchParams]);
  if (!project.ok) return <ProblemPage problem={project.problem} what="The project" />;
  const { id, organizationSlug, slug } = project.value;
  const cursor = one(query, 'cursor');
  const images = await loadImages(id, cursor);
  const path = projectPath(project.value);
  return (
    <Page
      crumbs={[{ label: organizationSlug, href: '/projects' }, { label: slug, href: path }, { label: 'Images' }]}
      curl={imagesAddress(id, cursor)}
    >
      <ProjectHeader project={project.value} tab="images" />
      <LiveRefresh scopes={[{ projectId: id }]} />
      <Card>
        {!images.ok ? (
          <ProblemPanel problem={images.problem} what="The images" />
        ) : images.value.items.length === 0 ? (
          <Empty title="No image yet">
            <p>An image appears here when its build is signed, verified and published.</p>
          </Empty>
        ) : (
          <>
            <ImageTable project={project.value} images={images.value.items} />
            <Pager path={`${path}/images`} query={query} next={images.value.next} />
          </>
        )}
      </Card>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Suspense fallback={<Skeleton lines={5} />}>
          <TagsCard project={project.value} projectId={id} />
        </Suspense>
        <Suspense fallback={<Skeleton lines={5} />}>
          <TagMovesCard project={project.value} projectId={id} />
        </Suspense>
      </div>
    </Page>
  );
}
