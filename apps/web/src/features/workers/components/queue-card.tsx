import type { QueueView } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { projectPath } from '@/lib/address/paths';
import type { Result } from '@/lib/api/problem';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { LaneNote } from './lane-note';
import { WaitingTable } from './waiting-table';

/** What waits, whose it is, and why nothing is picked up where that is so. */
export function QueueCard({ queue }: { queue: Result<QueueView> }) {
  if (!queue.ok) {
    return (
      <Card title="Queue">
        <ProblemPanel problem={queue.problem} what="The queue" />
      </Card>
    );
  }
  const { slots, held, projects, diagnosis, foretold, pools, waitingBuilds } = queue.value;
  return (
    <Card title="Queue" aside={<span className="tabular-nums">{`${held} of ${slots} slots in use`}</span>}>
      {diagnosis && <DiagnosisNote diagnosis={diagnosis} />}
      {foretold && <LaneNote foretold={foretold} />}
      {projects.length === 0 ? (
        <p className="px-3 py-3 text-text-2">Nothing of yours waits or is built.</p>
      ) : (
        <QueueTable projects={projects} />
      )}
      {waitingBuilds.length > 0 && <WaitingTable builds={waitingBuilds} />}
      <p className="border-t border-line px-3 py-2 text-sm text-text-2">
        Organizations share the slots by time: the one with the fewest slot-seconds for its weight is next, and within
        one the build with the highest priority, then the oldest. {boundWords(pools)}
      </p>
    </Card>
  );
}

/** Where nothing is kept free, a wait ends at the latest with the time limit of a build. */
function boundWords(pools: QueueView['pools']): string {
  const kept = pools.filter(({ slots, tenants }) => slots > 1 && tenants > 1);
  if (kept.length > 0) return 'The last free slot of a pool is kept for other organizations.';
  const within = pools.flatMap(({ freeWithinMs, free }) => (free > 0 || freeWithinMs === null ? [] : [freeWithinMs]));
  return within.length === 0 ? '' : `A slot is free within ${formatDuration(Math.min(...within))} at the latest.`;
}

function DiagnosisNote({ diagnosis }: { diagnosis: NonNullable<QueueView['diagnosis']> }) {
  return (
    <div role="status" className="border-b border-line bg-wait-bg px-3 py-2">
      <p>
        <b className="font-semibold text-wait">Why is nothing picked up?</b> {visibleText(diagnosis.says)}
      </p>
      <p className="text-sm text-text-2">{diagnosis.next}</p>
    </div>
  );
}

function QueueTable({ projects }: { projects: QueueView['projects'] }) {
  return (
    <Table
      label="Queue by project"
      head={
        <>
          <Th>Project</Th>
          <Th right>Waiting</Th>
          <Th right>Building</Th>
          <Th right wide>
            Share of slots
          </Th>
          <Th wide>Oldest waits since</Th>
        </>
      }
    >
      {projects.map((row) => (
        <tr key={row.projectId} className={rowClass}>
          <Td className="max-w-52 truncate">
            <Link
              href={projectPath({ organizationSlug: row.organizationSlug, slug: row.projectSlug })}
              data-row
              className={textLinkClass}
            >
              {visibleText(`${row.organizationSlug}/${row.projectSlug}`)}
            </Link>
          </Td>
          <Td right>{row.waiting}</Td>
          <Td right>{row.held}</Td>
          <Td right wide>
            {Math.round(row.share * 100)} %
          </Td>
          <Td wide>{row.oldestQueuedAt ? <Moment at={row.oldestQueuedAt} /> : '–'}</Td>
        </tr>
      ))}
    </Table>
  );
}
