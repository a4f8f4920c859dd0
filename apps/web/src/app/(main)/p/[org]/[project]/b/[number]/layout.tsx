import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { loadBuild } from '@/features/builds/api/load-build';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { isAbsent } from '@/lib/api/problem';

interface Props {
  readonly params: Promise<ProjectParams & { number: string }>;
  readonly children: ReactNode;
}

/** As the project's: 404 for a build that is not there. */
export default async function BuildLayout({ params, children }: Props) {
  const { number, ...names } = await params;
  if (!/^[1-9]\d{0,8}$/.test(number)) notFound();
  const project = await loadProject(names);
  if (!project.ok) return children;
  const build = await loadBuild(project.value.id, Number(number));
  if (!build.ok && isAbsent(build.problem)) notFound();
  return children;
}
