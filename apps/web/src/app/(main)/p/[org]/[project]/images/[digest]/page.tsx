import { isDigest } from '@cooperage/domain/predicates';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Page } from '@/components/shell/page';
import { ProblemPage } from '@/components/ui/states';
import { loadImageFacts } from '@/features/images/api/load-images';
import { ImagePage } from '@/features/images/components/image-page';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { decodeSegment, projectPath } from '@/lib/address/paths';
import { shortDigest } from '@/lib/format/names';

interface Props {
  params: Promise<ProjectParams & { digest: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: shortDigest(decodeSegment((await params).digest)) };
}

export default async function Image({ params }: Props) {
  const segments = await params;
  const digest = decodeSegment(segments.digest);
  if (!isDigest(digest)) notFound();
  const project = await loadProject(segments);
  if (!project.ok) return <ProblemPage problem={project.problem} what="The project" />;
  const image = await loadImageFacts(project.value.id, digest);
  if (!image.ok) return <ProblemPage problem={image.problem} what="The image" />;
  const { id, organizationSlug, slug } = project.value;
  const path = projectPath(project.value);
  return (
    <Page
      crumbs={[
        { label: organizationSlug, href: '/projects' },
        { label: slug, href: path },
        { label: 'Images', href: `${path}/images` },
        { label: shortDigest(digest) },
      ]}
      curl={`/projects/${id}/images/${digest}`}
    >
      <ImagePage project={project.value} image={image.value} />
    </Page>
  );
}
