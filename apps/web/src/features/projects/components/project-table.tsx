import type { BuildSummary, ProjectSummary } from '@cooperage/contracts';
import { Link } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { RefAndCommit, Verdict } from '@/features/builds/components/build-facts';
import { Status } from '@/features/builds/components/status';
import { projectPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import type { NewestBuilds } from '../model/newest-builds';

/** Projects with the newest build of each, where that is among the newest of all. */
export function ProjectTable({ projects, newest }: { projects: readonly ProjectSummary[]; newest: NewestBuilds }) {
  return (
    <Table
      label="Projects"
      head={
        <>
          <Th>Project</Th>
          <Th>Newest build</Th>
          <Th wide>Ref</Th>
          <Th wide>Signature</Th>
          <Th right wide>
            When
          </Th>
        </>
      }
    >
      {projects.map((project) => (
        <ProjectRow
          key={project.id}
          project={project}
          build={newest.byProject.get(project.id) ?? null}
          newest={newest}
        />
      ))}
    </Table>
  );
}

function ProjectRow({
  project,
  build,
  newest,
}: {
  project: ProjectSummary;
  build: BuildSummary | null;
  newest: NewestBuilds;
}) {
  return (
    <tr className={rowClass}>
      <Td>
        <Link href={projectPath(project)} data-row className="font-medium hover:underline">
          <span className="text-text-2">{project.organizationSlug}/</span>
          {project.slug}
        </Link>
        {project.name.toLowerCase() !== project.slug && (
          <div className="max-w-72 truncate text-xs text-text-2">{visibleText(project.name)}</div>
        )}
      </Td>
      {build ? (
        <>
          <Td>
            <Status status={build.status} /> <span className="text-text-2 tabular-nums">#{build.number}</span>
          </Td>
          <Td wide className="max-w-60">
            <RefAndCommit build={build} />
          </Td>
          <Td wide>{build.digest ? <Verdict verified={build.verified} /> : '–'}</Td>
          <Td right wide>
            <Moment at={build.queuedAt} />
          </Td>
        </>
      ) : (
        <Td className="text-text-3">{newest.complete ? 'never built' : 'none of late'}</Td>
      )}
    </tr>
  );
}
