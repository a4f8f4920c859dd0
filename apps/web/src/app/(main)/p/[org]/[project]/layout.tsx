import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { isAbsent } from '@/lib/api/problem';

interface Props {
  readonly params: Promise<ProjectParams>;
  readonly children: ReactNode;
}

/** Answers 404 for a project that is not there, before the frame of a page that is loading would have answered 200. */
export default async function ProjectLayout({ params, children }: Props) {
  const project = await loadProject(await params);
  if (!project.ok && isAbsent(project.problem)) notFound();
  return children;
}
