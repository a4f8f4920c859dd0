import type { QueueView } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { waitWords } from '@/features/builds/model/wait-words';
import { buildPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';

/** Builds in the order in which they begin, and what each waits for. */
export function WaitingTable({ builds }: { builds: QueueView['waitingBuilds'] }) {
  return (
    <Table
      label="Waiting builds"
      head={
        <>
          <Th right>Turn</Th>
          <Th>Build</Th>
          <Th>Waits</Th>
          <Th wide>Since</Th>
        </>
      }
    >
      {builds.map((build) => (
        <tr key={build.id} className={rowClass}>
          <Td right>{build.position}</Td>
          <Td className="max-w-52 truncate">
            <Link href={buildPath(build)} data-row className={textLinkClass}>
              {visibleText(`${build.organizationSlug}/${build.projectSlug} #${build.number}`)}
            </Link>
          </Td>
          <Td>{build.reason === null ? 'for its turn' : visibleText(waitWords(build.reason))}</Td>
          <Td wide>
            <Moment at={build.queuedAt} />
          </Td>
        </tr>
      ))}
    </Table>
  );
}
