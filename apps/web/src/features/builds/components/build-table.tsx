import type { BuildSummary } from '@cooperage/contracts';
import { Table, Th } from '@/components/ui/table';
import { BuildRow } from './build-row';

/** Builds, newest first. The first line of a failure stands under its build, so that nobody opens a page to learn it. */
export function BuildTable({ builds, withProject }: { builds: readonly BuildSummary[]; withProject: boolean }) {
  return (
    <Table
      label="Builds"
      head={
        <>
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
      {builds.map((build) => (
        <BuildRow key={build.id} build={build} withProject={withProject} />
      ))}
    </Table>
  );
}
