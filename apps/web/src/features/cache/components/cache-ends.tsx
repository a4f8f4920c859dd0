import type { CacheEviction, CacheReset, Page } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import type { Result } from '@/lib/api/problem';
import { formatBytes } from '@/lib/format/bytes';
import { shortRef, visibleText } from '@/lib/format/names';
import { causeWords, scopeWords } from '../model/store-words';

interface CacheEndsProps {
  readonly resets: Result<Page<CacheReset>>;
  readonly evictions: Result<Page<CacheEviction>>;
}

/** What was reset by people, and what was deleted from the registry and why. Nothing where neither has happened. */
export function CacheEnds({ resets, evictions }: CacheEndsProps) {
  if (resets.ok && evictions.ok && resets.value.items.length + evictions.value.items.length === 0) return null;
  return (
    <Card title="Resets and evictions">
      {resets.ok ? <Resets resets={resets.value.items} /> : <ProblemPanel problem={resets.problem} what="The resets" />}
      {evictions.ok ? (
        <Evictions evictions={evictions.value.items} />
      ) : (
        <ProblemPanel problem={evictions.problem} what="The evictions" />
      )}
    </Card>
  );
}

function Resets({ resets }: { resets: readonly CacheReset[] }) {
  return (
    <ul>
      {resets.map((reset) => (
        <li key={reset.id} className="border-b border-line px-3 py-2">
          <p className="break-words">
            <Moment at={reset.at} /> {visibleText(reset.by)} reset {scopeWords(reset)}, after build #{reset.afterNumber}
            .
          </p>
          <p className="text-sm break-words text-text-2">
            {visibleText(reset.reason)} ·{' '}
            {reset.sweptAt === null ? 'the registry is being emptied' : 'nothing older is in the registry'}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Evictions({ evictions }: { evictions: readonly CacheEviction[] }) {
  if (evictions.length === 0)
    return <p className="px-3 py-3 text-text-2">Nothing was deleted from the registry yet.</p>;
  return (
    <Table
      label="Deleted caches"
      head={
        <>
          <Th>Deleted</Th>
          <Th>Branch or tag</Th>
          <Th right>Size</Th>
          <Th>Why</Th>
        </>
      }
    >
      {evictions.map((eviction) => (
        <tr key={eviction.id} className={rowClass}>
          <Td>
            <Moment at={eviction.at} />
          </Td>
          <Td className="max-w-48">
            <code className="block truncate" title={visibleText(eviction.ref)}>
              {visibleText(shortRef(eviction.ref))}
            </code>
            <span className="text-xs text-text-2">
              {eviction.zone} · {eviction.platform}
            </span>
          </Td>
          <Td right>{eviction.bytes === null ? 'not known' : formatBytes(eviction.bytes)}</Td>
          <Td>{causeWords[eviction.why]}</Td>
        </tr>
      ))}
    </Table>
  );
}
