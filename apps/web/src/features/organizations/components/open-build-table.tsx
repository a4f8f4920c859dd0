'use client';

import type { OrganizationDetail } from '@cooperage/contracts';
import { AskFirst } from '@/components/ui/ask-first';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { send } from '@/lib/api/browser';
import { visibleText } from '@/lib/format/names';

/** Builds of another organization, for an administrator to stop. */
export function OpenBuildTable({ builds }: { builds: OrganizationDetail['openBuilds'] }) {
  if (builds.length === 0) return <p className="px-3 py-3 text-text-2">None of its builds waits or runs.</p>;
  return (
    <Table
      label="Builds that have not ended"
      head={
        <>
          <Th>Build</Th>
          <Th>Status</Th>
          <Th wide>Since</Th>
          <Th />
        </>
      }
    >
      {builds.map(({ id, number, projectSlug, status, queuedAt }) => {
        const name = visibleText(`${projectSlug} #${number}`);
        return (
          <tr key={id} data-row className={rowClass}>
            <Td className="max-w-52 truncate">{name}</Td>
            <Td>{status}</Td>
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
                  <p>It ends as canceled. Its organization sees who stopped it.</p>
                </AskFirst>
              )}
            </Td>
          </tr>
        );
      })}
    </Table>
  );
}
