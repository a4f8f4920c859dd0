import { isDigest } from '@cooperage/domain/predicates';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { loadImage } from '@/features/images/api/load-images';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { decodeSegment } from '@/lib/address/paths';
import { isAbsent } from '@/lib/api/problem';

interface Props {
  readonly params: Promise<ProjectParams & { digest: string }>;
  readonly children: ReactNode;
}

/** As the project's: 404 for an image that is not there. */
export default async function ImageLayout({ params, children }: Props) {
  const { digest, ...names } = await params;
  if (!isDigest(decodeSegment(digest))) notFound();
  const project = await loadProject(names);
  if (!project.ok) return children;
  const image = await loadImage(project.value.id, decodeSegment(digest));
  if (!image.ok && isAbsent(image.problem)) notFound();
  return children;
}
