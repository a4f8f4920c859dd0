import type { BuildSummary } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { Span } from '@/components/ui/span';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { RefAndCommit } from '@/features/builds/components/build-facts';
import { Status } from '@/features/builds/components/status';
import { buildPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';

/** The two builds, one line each, each with the way to its page. */
export function ComparedBuilds({ a, b }: { a: BuildSummary; b: BuildSummary }) {
  const head = (
    <>
      <Th>Build</Th>
      <Th>State</Th>
      <Th wide>Commit</Th>
      <Th right>Time</Th>
      <Th right wide>
        Cache
      </Th>
      <Th right wide>
        Queued
      </Th>
    </>
  );
  return (
    <div className="rounded border border-line bg-surface">
      <Table label="The two builds" head={head}>
        <Row build={a} />
        <Row build={b} />
      </Table>
    </div>
  );
}

function Row({ build }: { build: BuildSummary }) {
  const cache = build.stepsTotal === null ? '–' : `${build.stepsCached ?? 0}/${build.stepsTotal}`;
  return (
    <tr className={rowClass}>
      <Td className="w-1/2 max-w-0 min-w-28">
        <Link href={buildPath(build)} data-row className={`${textLinkClass} block truncate`}>
          #{build.number} {visibleText(build.commitSubject)}
        </Link>
      </Td>
      <Td>
        <Status status={build.status} />
      </Td>
      <Td wide>
        <RefAndCommit build={build} />
      </Td>
      <Td right>
        <Span start={build.startedAt} end={build.finishedAt} />
      </Td>
      <Td right wide>
        {cache}
      </Td>
      <Td right wide>
        <Moment at={build.queuedAt} />
      </Td>
    </tr>
  );
}
