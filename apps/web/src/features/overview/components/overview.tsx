import { Card } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { ProblemPanel } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { loadBuilds } from '@/features/builds/api/load-builds';
import { BuildTable } from '@/features/builds/components/build-table';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { loadProjects } from '@/features/projects/api/load-project';
import { NoProjects } from '@/features/projects/components/no-projects';
import { ProjectTable } from '@/features/projects/components/project-table';
import { newestBuilds } from '@/features/projects/model/newest-builds';
import { needsAttention, underWay } from '../model/sort-builds';

/** Newest builds that are looked at; those under way are always among them or asked for by themselves. */
const newestCount = 100;

/** What goes on, what needs someone, and the way to everything else. */
export async function Overview() {
  const [me, newest, running, queued, projects] = await Promise.all([
    loadMe(),
    loadBuilds({ limit: newestCount }),
    loadBuilds({ filter: 'is:running is:canceling', limit: 20 }),
    loadBuilds({ filter: 'is:queued is:awaiting-approval', limit: 20 }),
    loadProjects({ limit: 50 }),
  ]);
  const scopes = me.ok ? me.value.organizations.map(({ organizationId }) => ({ organizationId })) : [];
  if (!newest.ok) return <ProblemPanel problem={newest.problem} what="The overview" />;
  const builds = newest.value.items;
  const active = underWay([builds, running.ok ? running.value.items : [], queued.ok ? queued.value.items : []]);
  const failed = needsAttention(builds).slice(0, 8);
  return (
    <>
      <LiveRefresh scopes={scopes} />
      <Card title="Under way" aside={<span className="tabular-nums">{active.length}</span>}>
        {active.length === 0 ? (
          <p className="px-3 py-3 text-text-2">Nothing is running or waiting. The next push starts a build.</p>
        ) : (
          <BuildTable builds={active} withProject />
        )}
      </Card>
      {failed.length > 0 && (
        <Card
          title="Needs someone"
          aside={
            <Link href="/builds?filter=is%3Abroken" className={textLinkClass}>
              all failed builds
            </Link>
          }
        >
          <BuildTable builds={failed} withProject />
        </Card>
      )}
      <Card title="Projects">
        {!projects.ok ? (
          <ProblemPanel problem={projects.problem} what="The projects" />
        ) : projects.value.items.length === 0 ? (
          <NoProjects />
        ) : (
          <ProjectTable projects={projects.value.items} newest={newestBuilds(newest.value)} />
        )}
      </Card>
    </>
  );
}
