import type { BuildSummary } from '@cooperage/contracts';
import { Table, Th } from '@/components/ui/table';
import { BuildRow } from './build-row';
import { HeldBack } from './held-back';
import { RowKeys } from './row-keys';

export interface BuildTableProps {
  readonly builds: readonly BuildSummary[];
  readonly withProject: boolean;
  /** New rows come at the top: they are held back while the reader is further down. */
  readonly live?: boolean;
  readonly label?: string;
}

/** Builds, newest first. The first line of a failure stands under its build, so that nobody opens a page to learn it. */
export function BuildTable({ builds, withProject, live = false, label = 'Builds' }: BuildTableProps) {
  const rows = builds.map((build) => ({
    id: build.id,
    row: <BuildRow key={build.id} build={build} withProject={withProject} />,
  }));
  return (
    <RowKeys>
      <Table
        label={label}
        head={
          <>
            <Th wide>
              <span className="sr-only">Select</span>
            </Th>
            <Th>State</Th>
            <Th>Build</Th>
            <Th wide>Ref</Th>
            <Th wide>Cause</Th>
            <Th right wide>
              Cache
            </Th>
            <Th right wide>
              Time
            </Th>
            <Th wide>Image</Th>
            <Th right wide>
              Queued
            </Th>
          </>
        }
      >
        {live ? <HeldBack rows={rows} columns={9} /> : rows.map(({ row }) => row)}
      </Table>
    </RowKeys>
  );
}
