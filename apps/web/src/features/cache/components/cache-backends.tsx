import type { Project, ProjectCache } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { Link, textLinkClass } from '@/components/ui/link';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { projectPath } from '@/lib/address/paths';
import { publicOrigin } from '@/lib/address/public-origin';
import { curlCall } from '@/lib/format/shell';
import { backendWords, builtWith, timeAndSize } from '../model/backend-words';

interface CacheBackendsProps {
  readonly project: Project;
  readonly backends: ProjectCache['backends'];
}

/** Where a cache can be kept, what each place cost and saved here, and what it cannot do. */
export async function CacheBackends({ project, backends }: CacheBackendsProps) {
  const origin = await publicOrigin();
  return (
    <Card title="Where it is kept">
      <p className="max-w-[80ch] px-3 py-3 text-text-2">
        Means of one build over the last 30 days. The place is chosen in the{' '}
        <Link href={`${projectPath(project)}/settings`} className={textLinkClass}>
          settings
        </Link>
        .
      </p>
      <Table
        label="What each place of the cache cost and saved"
        head={
          <>
            <Th>Place</Th>
            <Th right>Saved</Th>
            <Th right wide>
              Import
            </Th>
            <Th right>Export</Th>
          </>
        }
      >
        {backends.map((numbers) => (
          <tr key={numbers.backend} className={rowClass}>
            <Td>
              <Place project={project} numbers={numbers} origin={origin} />
            </Td>
            <Td right>{timeAndSize(numbers.savedMs, null)}</Td>
            <Td right wide>
              {timeAndSize(numbers.importMs, numbers.importBytes)}
            </Td>
            <Td right>{timeAndSize(numbers.exportMs, numbers.exportBytes)}</Td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

function Place({
  project,
  numbers,
  origin,
}: {
  project: Project;
  numbers: ProjectCache['backends'][number];
  origin: string;
}) {
  const { backend, builds } = numbers;
  const { what, cannot } = backendWords[backend];
  const path = `/projects/${project.id}`;
  return (
    <div className="grid gap-0.5 whitespace-normal py-1">
      <span>
        <code>{backend}</code>, {what}
        {backend === project.cacheBackend && <strong className="font-medium"> (now)</strong>}
      </span>
      <span className="text-sm text-text-2">{cannot}</span>
      <span className="flex flex-wrap items-center gap-x-2 text-sm text-text-2">
        {builtWith(numbers)}
        {builds === 0 && backend !== project.cacheBackend && (
          <CopyButton
            text={curlCall(origin, { method: 'PATCH', path, body: { cacheBackend: backend } })}
            label="Copy the command that tries it"
            what="command"
            always
          />
        )}
      </span>
    </div>
  );
}
