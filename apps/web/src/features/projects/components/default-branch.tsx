import type { Project } from '@cooperage/contracts';
import { Link } from '@/components/ui/link';
import { Status } from '@/features/builds/components/status';
import { buildPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { loadGlance } from '../api/load-glance';

/** The default branch and how its newest build stands. */
export async function DefaultBranch({ project }: { project: Project }) {
  if (!project.defaultBranch) return <span>the git host was not read yet</span>;
  const glance = await loadGlance(project.id);
  const build = glance.ok ? glance.value.defaultBranch : null;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      default branch <code>{visibleText(project.defaultBranch)}</code>
      {build && (
        <Link href={buildPath(build)} className="hover:underline">
          <Status status={build.status} /> <span className="tabular-nums">#{build.number}</span>
        </Link>
      )}
    </span>
  );
}
