'use client';

import type { OrganizationDetail } from '@cooperage/contracts';
import type { BuildStatus } from '@cooperage/domain/predicates';
import { AskFirst } from '@/components/ui/ask-first';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { statusLooks } from '@/features/builds/model/status';
import { send } from '@/lib/api/browser';
import { visibleText } from '@/lib/format/names';

/** Builds of another organization, for an administrator to stop. */
export function OpenBuildTable({ builds }: { builds: OrganizationDetail['openBuilds'] }) {
  if (builds.length === 0) return <p className="px-3 py-3 text-text-2">No builds are waiting or running.</p>;
  return (
    <Table
      label="Builds in progress"
      head={
        <>
          <Th>Build</Th>
          <Th>Status</Th>
          <Th wide>Since</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </>
      }
    >
      {builds.map(({ id, number, projectSlug, status, queuedAt }) => {
        const name = visibleText(`${projectSlug} #${number}`);
        return (
          <tr key={id} data-row className={rowClass}>
            <Td className="max-w-52 truncate">{name}</Td>
            <Td>{statusLooks[status as BuildStatus]?.word ?? status}</Td>
            <Td wide>
              <Moment at={queuedAt} />
            </Td>
            <Td right>
              {status !== 'canceling' && (
                <AskFirst
                  harmful
                  label="Stop"
                  title={`Stop ${name}`}
                  act="Stop"
                  acting="Stopping"
                  change={() => send('POST', `/v1/builds/${id}/cancel`)}
                >
                  <p>The build ends as canceled. Its organization sees who stopped it.</p>
                </AskFirst>
              )}
            </Td>
          </tr>
        );
      })}
    </Table>
  );
}
