import type { Project } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { ProblemPanel } from '@/components/ui/states';
import { projectPath } from '@/lib/address/paths';
import { loadGlance } from '../api/load-glance';
import { BranchList } from './branch-list';
import { RecentStrips } from './recent-strips';

/** Branches and the last builds side by side, above the list of builds. Nothing before the first build. */
export async function ProjectGlance({ project }: { project: Project }) {
  const glance = await loadGlance(project.id);
  if (!glance.ok) {
    return (
      <Card>
        <ProblemPanel problem={glance.problem} what="Branches and the last builds" />
      </Card>
    );
  }
  const { branches, recent } = glance.value;
  if (branches.length === 0 && recent.length === 0) return null;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <BranchList path={projectPath(project)} branches={branches} nowMs={Date.now()} />
      {recent.length > 0 && <RecentStrips recent={recent} />}
    </div>
  );
}
