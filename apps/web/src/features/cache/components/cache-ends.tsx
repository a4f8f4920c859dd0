import type { CacheEviction, CachePrune, CacheReset, Page } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Moment } from '@/components/ui/moment';
import { Pager } from '@/components/ui/pager';
import { ProblemPanel } from '@/components/ui/states';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { one, type PageQuery } from '@/lib/address/query';
import type { Result } from '@/lib/api/problem';
import { formatBytes } from '@/lib/format/bytes';
import { shortRef, visibleText } from '@/lib/format/names';
import { pruneProgress, ruleWords } from '../model/prune-words';
import { causeWords, scopeWords } from '../model/store-words';

interface CacheEndsProps {
  /** Of the page. */
  readonly path: string;
  readonly query: PageQuery;
  readonly resets: Result<Page<CacheReset>>;
  readonly prunes: Result<Page<CachePrune>>;
  readonly evictions: Result<Page<CacheEviction>>;
}

/** What people reset and deleted, and what is gone from the registry and why. Nothing where none of it has happened. */
export function CacheEnds({ path, query, resets, prunes, evictions }: CacheEndsProps) {
  const known = [resets, prunes, evictions].map((page) => (page.ok ? page.value.items.length : 1));
  const isFirst = ['resets', 'prunes', 'evictions'].every((name) => one(query, name) === null);
  if (isFirst && known.every((count) => count === 0)) return null;
  const pager = (name: string, label: string, page: Result<Page<unknown>>) =>
    page.ok && <Pager path={path} query={query} name={name} label={label} place="#ends" next={page.value.next} />;
  return (
    <Card title="Resets and evictions" id="ends">
      {resets.ok ? <Resets resets={resets.value.items} /> : <ProblemPanel problem={resets.problem} what="The resets" />}
      {pager('resets', 'Pages of resets', resets)}
      {prunes.ok ? (
        <Prunes prunes={prunes.value.items} />
      ) : (
        <ProblemPanel problem={prunes.problem} what="What was deleted by rules" />
      )}
      {pager('prunes', 'Pages of deletions by rules', prunes)}
      {evictions.ok ? (
        <Evictions evictions={evictions.value.items} />
      ) : (
        <ProblemPanel problem={evictions.problem} what="The evictions" />
      )}
      {pager('evictions', 'Pages of evictions', evictions)}
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

function Prunes({ prunes }: { prunes: readonly CachePrune[] }) {
  return (
    <ul aria-label="Caches deleted by rules">
      {prunes.map((prune) => (
        <li key={prune.id} className="border-b border-line px-3 py-2">
          <p className="break-words">
            <Moment at={prune.at} /> {visibleText(prune.by)} deleted {ruleWords(prune)}.
          </p>
          <p className="text-sm break-words text-text-2">
            {visibleText(prune.reason)} · {pruneProgress(prune)}
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
          <Td right>
            {eviction.bytes === null ? 'not known' : formatBytes(eviction.bytes)}
            {eviction.freedBytes !== null && eviction.freedBytes !== eviction.bytes && (
              <span className="block text-xs text-text-2">freed {formatBytes(eviction.freedBytes)}</span>
            )}
          </Td>
          <Td className="max-w-72 break-words">
            {causeWords(eviction)}
            {eviction.by !== null && (
              <span className="block text-xs text-text-2">
                {visibleText(eviction.by)}: {visibleText(eviction.reason ?? '')}
              </span>
            )}
          </Td>
        </tr>
      ))}
    </Table>
  );
}
