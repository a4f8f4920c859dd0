import type { Project, ProjectCache } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { formatBytes } from '@/lib/format/bytes';
import { formatDuration } from '@/lib/format/duration';
import { signedDuration } from '../model/mode-words';
import { chainOf, shareWords, zoneWords } from '../model/zone-words';

interface CacheZonesProps {
  readonly project: Project;
  readonly zones: ProjectCache['zones'];
}

/** What the caches of each zone cost and saved, how old they are, and which ones its builds read. */
export function CacheZones({ project, zones }: CacheZonesProps) {
  return (
    <Card title="By zone">
      <Table
        label="What the caches of each zone cost and saved"
        head={
          <>
            <Th>Zone</Th>
            <Th right>Builds</Th>
            <Th right>Hit ratio</Th>
            <Th right>Saved</Th>
            <Th right wide>
              Spent
            </Th>
            <Th right wide>
              Left over
            </Th>
            <Th right wide>
              In the registry
            </Th>
          </>
        }
      >
        {zones.map((numbers) => {
          const { zone, builds, savedMs, importMs, exportMs, netMs, entries, bytes, newestAt } = numbers;
          return (
            <tr key={zone} className={rowClass}>
              <Td>
                <div className="grid gap-0.5 py-1 whitespace-normal">
                  <span>
                    <code>{zone}</code> <span className="text-text-2">{zoneWords[zone]}</span>
                  </span>
                  <span className="text-xs text-text-2">
                    {newestAt === null ? (
                      'no cache stands in the registry'
                    ) : (
                      <>
                        newest cache <Moment at={newestAt} />
                      </>
                    )}
                  </span>
                </div>
              </Td>
              <Td right>{builds}</Td>
              <Td right className="whitespace-nowrap">
                {shareWords(numbers)}
              </Td>
              <Td right className="whitespace-nowrap">
                {builds === 0 ? '–' : formatDuration(savedMs)}
              </Td>
              <Td right wide>
                {builds === 0 ? '–' : formatDuration(importMs + exportMs)}
              </Td>
              <Td right wide>
                {builds === 0 ? '–' : signedDuration(netMs)}
              </Td>
              <Td right wide>
                {entries === 0 ? '–' : `${entries}, ${formatBytes(bytes)}`}
              </Td>
            </tr>
          );
        })}
      </Table>
      <div className="grid gap-1 border-t border-line px-3 py-3 text-sm text-text-2">
        <p>
          The hit ratio is by time: what was saved of all that the steps take. Spent is what import and export took.
          Over the last 30 days.
        </p>
        <p>A build reads the first of these that is there, unless it is a week old and a later one is newer:</p>
        <dl className="grid grid-cols-[minmax(5rem,max-content)_1fr] gap-x-4 gap-y-1">
          {zones.map(({ zone }) => (
            <div key={zone} className="contents">
              <dt>
                <code>{zone}</code>
              </dt>
              <dd className="min-w-0 break-words">{chainOf(zone, project.defaultBranch).join(' → ')}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Card>
  );
}
