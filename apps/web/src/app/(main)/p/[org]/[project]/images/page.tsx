import type { Project } from '@cooperage/contracts';
import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Page } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { Pager } from '@/components/ui/pager';
import { Empty, ProblemPage, ProblemPanel, Skeleton } from '@/components/ui/states';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { imagesAddress, loadImages } from '@/features/images/api/load-images';
import { ImageSearch } from '@/features/images/components/image-search';
import { ImageTable } from '@/features/images/components/image-table';
import { KeptTagsCard } from '@/features/images/components/kept-tags';
import { TagMovesCard, TagsCard } from '@/features/images/components/tag-cards';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { ProjectHeader } from '@/features/projects/components/project-header';
import { startCall } from '@/features/projects/model/start-call';
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
  const wanted = { q: one(query, 'q'), cursor: one(query, 'cursor') };
  const images = await loadImages(id, wanted);
  const path = projectPath(project.value);
  return (
    <Page
      crumbs={[{ label: organizationSlug, href: '/projects' }, { label: slug, href: path }, { label: 'Images' }]}
      curl={imagesAddress(id, wanted)}
    >
      <ProjectHeader project={project.value} tab="images" />
      <LiveRefresh scopes={[{ projectId: id }]} />
      <ImageSearch path={`${path}/images`} words={wanted.q} />
      <Card>
        {!images.ok ? (
          <ProblemPanel problem={images.problem} what="The images" />
        ) : images.value.items.length === 0 ? (
          <NoImages project={project.value} searched={wanted.q !== null} />
        ) : (
          <>
            <ImageTable project={project.value} images={images.value.items} />
            <Pager path={`${path}/images`} query={query} next={images.value.next} />
          </>
        )}
      </Card>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        {/* Together: on a phone the second stands under the first, and would move when the first comes later. */}
        <Suspense
          fallback={
            <>
              <Skeleton lines={5} />
              <Skeleton lines={5} />
            </>
          }
        >
          <TagsCard project={project.value} projectId={id} />
          <TagMovesCard project={project.value} projectId={id} />
          <KeptTagsCard projectId={id} />
        </Suspense>
      </div>
    </Page>
  );
}

function NoImages({ project, searched }: { project: Project; searched: boolean }) {
  const path = projectPath(project);
  if (searched)
    return (
      <Empty
        title="No tag or digest of this project begins with this."
        action={
          <Link href={`${path}/images`} className={buttonClass('primary')}>
            Show all images of the project
          </Link>
        }
        command={{ path: imagesAddress(project.id, { q: null, cursor: null }) }}
      />
    );
  return (
    <Empty
      title="No build of this project has published an image yet."
      action={
        <Link href={path} className={buttonClass('primary')}>
          Go to the builds and start one
        </Link>
      }
      command={startCall(project)}
    >
      <p>An image appears here when its build is signed, verified and published.</p>
    </Empty>
  );
}
