import type { Metadata } from 'next';
import { Page } from '@/components/shell/page';
import { ProblemPage } from '@/components/ui/states';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { ProjectHeader } from '@/features/projects/components/project-header';
import { SettingsPage } from '@/features/settings/components/settings-page';
import { decodeSegment, projectPath } from '@/lib/address/paths';
import type { PageQuery } from '@/lib/address/query';

interface Props {
  params: Promise<ProjectParams>;
  searchParams: Promise<PageQuery>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Settings of ${decodeSegment((await params).project)}` };
}

export default async function Settings({ params, searchParams }: Props) {
  const [project, query] = await Promise.all([params.then(loadProject), searchParams]);
  if (!project.ok) return <ProblemPage problem={project.problem} what="The project" />;
  const { id, organizationSlug, slug } = project.value;
  return (
    <Page
      crumbs={[
        { label: organizationSlug, href: '/projects' },
        { label: slug, href: projectPath(project.value) },
        { label: 'Settings' },
      ]}
      curl={`/projects/${id}`}
    >
      <ProjectHeader project={project.value} tab="settings" />
      <SettingsPage project={project.value} query={query} />
    </Page>
  );
}
