import type { Metadata } from 'next';
import { Page } from '@/components/shell/page';
import { ProblemPage } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { buildsAddress, countBuilds, loadListed, loadSavedViews } from '@/features/builds/api/load-builds';
import { BuildList } from '@/features/builds/components/build-list';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { listAddress } from '@/features/builds/model/list-address';
import { loadNewestImage } from '@/features/images/api/load-images';
import { loadGlance } from '@/features/projects/api/load-glance';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { FirstPush } from '@/features/projects/components/first-push';
import { ProjectGlance } from '@/features/projects/components/project-glance';
import { ProjectHeader } from '@/features/projects/components/project-header';
import { loadRules } from '@/features/settings/api/load-settings';
import { projectPath } from '@/lib/address/paths';
import type { PageQuery } from '@/lib/address/query';
import { ahead } from '@/lib/api/ahead';

interface Props {
  params: Promise<ProjectParams>;
  searchParams: Promise<PageQuery>;
}

const noRules = { items: [], next: null };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const project = await loadProject(await params);
  return project.ok ? { title: project.value.slug } : {};
}

export default async function ProjectPage({ params, searchParams }: Props) {
  const [project, query] = await Promise.all([params.then(loadProject), searchParams]);
  if (!project.ok) return <ProblemPage problem={project.problem} what="The project" />;
  const { id, organizationSlug, slug } = project.value;
  const { filter, cursor } = listAddress(query);
  ahead(loadMe(), loadGlance(id), loadListed({ project: id, filter, cursor }), loadSavedViews());
  ahead(countBuilds({ project: id, filter }), loadNewestImage(id));
  const rules = await loadRules(id);
  return (
    <Page
      crumbs={[{ label: organizationSlug, href: '/projects' }, { label: slug }]}
      curl={buildsAddress({ filter, cursor, project: id })}
    >
      <ProjectHeader project={project.value} tab="builds" rules={rules.ok ? rules.value : noRules} />
      <LiveRefresh scopes={[{ projectId: id }]} />
      {filter === '' && cursor === null && <ProjectGlance project={project.value} />}
      <BuildList
        path={projectPath(project.value)}
        query={query}
        projectId={id}
        withProject={false}
        empty={<FirstPush project={project.value} />}
      />
    </Page>
  );
}
