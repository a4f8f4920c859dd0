import type { CacheEntry, Page } from '@cooperage/contracts';
import { zones } from '@cooperage/domain/predicates';
import { Button, buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { inputClass } from '@/components/ui/input-class';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { Pager } from '@/components/ui/pager';
import { ProblemPanel } from '@/components/ui/states';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { buildPath } from '@/lib/address/paths';
import { publicOrigin } from '@/lib/address/public-origin';
import { changeQuery, one, type PageQuery } from '@/lib/address/query';
import type { Result } from '@/lib/api/problem';
import { formatBytes } from '@/lib/format/bytes';
import { shortRef, visibleText } from '@/lib/format/names';
import { readerWords, shareWords } from '../model/store-words';
import { openPrune } from './prune-cache';
import { ResetCache } from './reset-cache';

export interface CacheEntriesProps {
  readonly project: { readonly id: string; readonly organizationSlug: string; readonly slug: string };
  /** Of the page. */
  readonly path: string;
  readonly query: PageQuery;
  readonly entries: Result<Page<CacheEntry>>;
}

/** What the registry holds of a project's caches: one row for each reference. */
export async function CacheEntries({ project, path, query, entries }: CacheEntriesProps) {
  const origin = await publicOrigin();
  return (
    <Card
      title="What the registry holds"
      aside={
        <>
          <Link href={openPrune(path, query)} className={buttonClass('plain', 'text-xs')} data-key="p">
            Delete by a rule
          </Link>
          <ResetCache projectId={project.id} origin={origin} />
        </>
      }
    >
      <EntryFilter path={path} query={query} />
      {!entries.ok ? (
        <ProblemPanel problem={entries.problem} what="The caches" />
      ) : entries.value.items.length === 0 ? (
        <p className="px-3 py-4 text-text-2">{noneWords(query)}</p>
      ) : (
        <Table
          label="Cache references"
          head={
            <>
              <Th>Branch or tag</Th>
              <Th right>Size</Th>
              <Th wide>Written</Th>
              <Th>Last used</Th>
              <Th wide>Read by</Th>
              <Th />
            </>
          }
        >
          {entries.value.items.map((entry) => (
            <EntryRow key={entry.id} project={project} path={path} query={query} origin={origin} entry={entry} />
          ))}
        </Table>
      )}
      {entries.ok && <Pager path={path} query={query} label="Pages of caches" next={entries.value.next} />}
    </Card>
  );
}

function noneWords(query: PageQuery): string {
  return one(query, 'zone') || one(query, 'q')
    ? 'No cache fits this filter.'
    : 'No build has left a cache yet: one is written after a build that ran a step and succeeded.';
}

function EntryFilter({ path, query }: { path: string; query: PageQuery }) {
  const select = `${inputClass} w-auto!`;
  return (
    <form action={path} className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
      <select name="zone" aria-label="Zone" defaultValue={one(query, 'zone') ?? ''} className={select}>
        <option value="">Every zone</option>
        {zones.map((zone) => (
          <option key={zone} value={zone}>
            {zone}
          </option>
        ))}
      </select>
      <input
        name="q"
        aria-label="Part of the branch or tag"
        placeholder="Branch or tag"
        data-key="/"
        maxLength={200}
        defaultValue={one(query, 'q') ?? ''}
        className={`${inputClass} max-w-56`}
      />
      <select name="sort" aria-label="Order" defaultValue={one(query, 'sort') ?? 'size'} className={select}>
        <option value="size">Largest first</option>
        <option value="used">Longest unused first</option>
      </select>
      <Button type="submit">Show</Button>
    </form>
  );
}

type EntryRowProps = Omit<CacheEntriesProps, 'entries'> & { readonly origin: string; readonly entry: CacheEntry };

function EntryRow({ project, path, query, origin, entry }: EntryRowProps) {
  const { organizationSlug, slug: projectSlug } = project;
  const link = (number: number) => (
    <Link href={buildPath({ organizationSlug, projectSlug, number })} className={textLinkClass}>
      #{number}
    </Link>
  );
  const { zone, ref, platform, lastUsed } = entry;
  return (
    <tr className={rowClass} data-row tabIndex={-1}>
      <Td className="max-w-56">
        <Link
          href={`${changeQuery(path, query, { entry: entry.id, step: null, by: null, steps: null })}#steps`}
          className={`${textLinkClass} block truncate`}
          title={`${visibleText(ref)} · ${entry.reference}`}
        >
          <code>{visibleText(shortRef(ref))}</code>
        </Link>
        <span className="text-xs text-text-2">
          {zone} · {platform}
        </span>
      </Td>
      <Td right className="whitespace-nowrap">
        {formatBytes(entry.bytes)}
        <span className="block text-xs whitespace-normal text-text-2">{shareWords(entry)}</span>
      </Td>
      <Td wide>
        <Moment at={entry.writtenAt} /> {link(entry.writtenBy)}
      </Td>
      <Td>
        {lastUsed ? (
          <>
            <Moment at={lastUsed.at} /> {link(lastUsed.number)}
          </>
        ) : (
          <span className="text-text-2">not yet</span>
        )}
      </Td>
      <Td wide className="max-w-72 text-text-2">
        {readerWords(entry)}
      </Td>
      <Td right>
        <ResetCache projectId={project.id} origin={origin} only={{ zone, ref }} />
      </Td>
    </tr>
  );
}
