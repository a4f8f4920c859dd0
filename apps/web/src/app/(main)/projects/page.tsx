import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { KeepLast } from '@/components/ui/keep-last';
import { Link } from '@/components/ui/link';
import { Pager } from '@/components/ui/pager';
import { ProblemPanel } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { OrganizationSwitch } from '@/features/account/components/organization-switch';
import { loadBuilds } from '@/features/builds/api/load-builds';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { loadProjects } from '@/features/projects/api/load-project';
import { NoProjects } from '@/features/projects/components/no-projects';
import { ProjectTable } from '@/features/projects/components/project-table';
import { newestBuilds } from '@/features/projects/model/newest-builds';
import { one, type PageQuery } from '@/lib/address/query';
import { withQuery } from '@/lib/api/list';

export const metadata: Metadata = { title: 'Projects' };

export default async function ProjectsPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const query = await searchParams;
  const me = await loadMe();
  const organizations = me.ok ? me.value.organizations : [];
  const organization = organizations.find((each) => each.organizationId === one(query, 'organization'));
  const filter = { organization: organization?.organizationId, cursor: one(query, 'cursor') };
  const [projects, builds] = await Promise.all([loadProjects(filter), loadBuilds({ limit: 100 })]);
  const newest = builds.ok ? newestBuilds(builds.value) : { byProject: new Map(), complete: false };
  return (
    <Page crumbs={[{ label: 'Projects' }]} curl={withQuery('/projects', filter)}>
      <PageTitle
        title="Projects"
        actions={
          <Link href="/projects/new" className={buttonClass('primary')} data-key="n">
            New project
          </Link>
        }
      />
      <LiveRefresh scopes={organizations.map(({ organizationId }) => ({ organizationId }))} />
      <OrganizationSwitch path="/projects" organizations={organizations} current={organization ?? null} withAll />
      <Card>
        <KeepLast problem={!projects.ok && <ProblemPanel problem={projects.problem} what="The projects" />}>
          {!projects.ok ? null : projects.value.items.length === 0 ? (
            <NoProjects />
          ) : (
            <>
              <ProjectTable projects={projects.value.items} newest={newest} />
              <Pager path="/projects" query={query} next={projects.value.next} />
            </>
          )}
        </KeepLast>
      </Card>
    </Page>
  );
}
