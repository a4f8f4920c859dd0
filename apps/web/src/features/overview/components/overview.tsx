import type { Overview as OverviewView } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { ProblemPanel } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { loadBuilds } from '@/features/builds/api/load-builds';
import { BuildTable } from '@/features/builds/components/build-table';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { FirstStepsCard } from '@/features/first-run/components/first-steps-card';
import { loadProjects } from '@/features/projects/api/load-project';
import { NoProjects } from '@/features/projects/components/no-projects';
import { ProjectTable } from '@/features/projects/components/project-table';
import { newestBuilds } from '@/features/projects/model/newest-builds';
import type { PageQuery } from '@/lib/address/query';
import { loadOverview } from '../api/load-overview';
import { underWay } from '../model/sort-builds';
import { AttentionCard } from './attention-card';
import { DaysCard } from './days-card';

/** Builds that are looked at for the newest of each project. */
const newestCount = 100;

/** What goes on, what needs someone, how it went, and the way to everything else. */
export async function Overview({ query }: { query: PageQuery }) {
  const [me, overview, newest, projects] = await Promise.all([
    loadMe(),
    loadOverview(query),
    loadBuilds({ limit: newestCount }),
    loadProjects({ limit: 50 }),
  ]);
  const scopes = me.ok ? me.value.organizations.map(({ organizationId }) => ({ organizationId })) : [];
  return (
    <>
      <LiveRefresh scopes={scopes} deliveries workers />
      <FirstStepsCard />
      {overview.ok ? (
        <Rows overview={overview.value} />
      ) : (
        <Card>
          <ProblemPanel problem={overview.problem} what="What goes on" />
        </Card>
      )}
      <Card title="Projects">
        {!projects.ok ? (
          <ProblemPanel problem={projects.problem} what="The projects" />
        ) : projects.value.items.length === 0 ? (
          <NoProjects />
        ) : (
          <ProjectTable
            projects={projects.value.items}
            newest={newest.ok ? newestBuilds(newest.value) : { byProject: new Map(), complete: false }}
          />
        )}
      </Card>
    </>
  );
}

function Rows({ overview }: { overview: OverviewView }) {
  const active = underWay(overview.active);
  return (
    <>
      <ScopeSwitch scope={overview.scope} />
      <Card title="Under way" aside={<span className="tabular-nums">{active.length}</span>}>
        {active.length === 0 ? (
          <p className="px-3 py-3 text-text-2">
            {overview.scope === 'mine'
              ? 'Nothing of yours is running or waiting.'
              : 'Nothing is running or waiting. The next push starts a build.'}
          </p>
        ) : (
          <BuildTable builds={active} withProject label="Under way" />
        )}
      </Card>
      <AttentionCard items={overview.attention} />
      <DaysCard days={overview.days} />
    </>
  );
}

const choices = [
  { scope: 'mine', label: 'Mine' },
  { scope: 'all', label: 'Everybody’s' },
] as const;

/** Whose builds are shown. What needs someone besides builds concerns everybody, and is shown in both. */
function ScopeSwitch({ scope }: { scope: OverviewView['scope'] }) {
  return (
    <nav aria-label="Whose builds" className="flex gap-1 text-text-2">
      {choices.map((choice) => (
        <Link
          key={choice.scope}
          href={`/?scope=${choice.scope}`}
          scroll={false}
          aria-current={choice.scope === scope ? 'true' : undefined}
          className="rounded border border-transparent px-2 py-0.5 hover:text-text aria-[current=true]:border-line-strong aria-[current=true]:bg-surface aria-[current=true]:text-text"
        >
          {choice.label}
        </Link>
      ))}
    </nav>
  );
}
