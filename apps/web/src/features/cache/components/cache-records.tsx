import type { CacheRecord, CacheRecords as Records } from '@cooperage/contracts';
import { Button, buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { inputClass } from '@/components/ui/input-class';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { Pager } from '@/components/ui/pager';
import { ProblemPanel } from '@/components/ui/states';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { buildPath } from '@/lib/address/paths';
import { changeQuery, one, type PageQuery } from '@/lib/address/query';
import type { Result } from '@/lib/api/problem';
import { formatBytes } from '@/lib/format/bytes';
import { visibleText } from '@/lib/format/names';
import { readerWords, scopeWords, sharersWords, shareWords } from '../model/store-words';

interface CacheRecordsProps {
  readonly project: { readonly organizationSlug: string; readonly slug: string };
  readonly path: string;
  readonly query: PageQuery;
  readonly records: Result<Records>;
}

/** One cache, opened: its results by the steps that made them. */
export function CacheRecords({ project, path, query, records }: CacheRecordsProps) {
  const close = (
    <Link href={changeQuery(path, query, { entry: null, step: null, by: null, steps: null })} className={buttonClass()}>
      Close
    </Link>
  );
  if (!records.ok)
    return (
      <Card title="Steps in the cache" aside={close} id="steps">
        {records.problem.status === 404 ? (
          <p className="px-3 py-4 text-text-2">The registry does not hold this cache any more.</p>
        ) : (
          <ProblemPanel problem={records.problem} what="The steps in the cache" />
        )}
      </Card>
    );
  const { entry, kind, items, next, sharedWith } = records.value;
  return (
    <Card title={`Steps in the cache of ${scopeWords(entry)}`} aside={close} id="steps">
      <p className="px-3 py-2 text-text-2">
        Read by {readerWords(entry)}. <code className="break-all">{entry.reference}</code>
      </p>
      {sharedWith.length > 0 && (
        <p className="px-3 pb-2 break-words text-text-2">
          {shareWords(entry)}: with {sharersWords(sharedWith)}.
        </p>
      )}
      {kind === 'inside_image' ? (
        <p className="px-3 pb-4 text-text-2">This cache is a part of an image; what it holds by step is not listed.</p>
      ) : (
        <>
          <RecordFilter path={path} query={query} />
          {items.length === 0 ? (
            <p className="px-3 py-4 text-text-2">No step fits.</p>
          ) : (
            <RecordTable project={project} items={items} />
          )}
          <Pager path={path} query={query} name="steps" label="Pages of steps" place="#steps" next={next} />
        </>
      )}
    </Card>
  );
}

function RecordFilter({ path, query }: Pick<CacheRecordsProps, 'path' | 'query'>) {
  return (
    <form action={path} className="flex flex-wrap items-center gap-2 border-y border-line px-3 py-2">
      {['entry', 'zone', 'q', 'sort'].map((name) => {
        const value = one(query, name);
        return value === null ? null : <input key={name} type="hidden" name={name} value={value} />;
      })}
      <input
        name="step"
        aria-label="Part of the step"
        placeholder="Step"
        maxLength={200}
        defaultValue={one(query, 'step') ?? ''}
        className={`${inputClass} max-w-56`}
      />
      <select
        name="by"
        aria-label="Order of the steps"
        defaultValue={one(query, 'by') ?? 'size'}
        className={`${inputClass} w-auto!`}
      >
        <option value="size">Largest first</option>
        <option value="used">Last found first</option>
      </select>
      <Button type="submit">Show</Button>
    </form>
  );
}

function RecordTable({ project, items }: { items: readonly CacheRecord[] } & Pick<CacheRecordsProps, 'project'>) {
  const { organizationSlug, slug: projectSlug } = project;
  const link = (number: number) => (
    <Link href={buildPath({ organizationSlug, projectSlug, number })} className={textLinkClass}>
      #{number}
    </Link>
  );
  return (
    <Table
      label="Steps in the cache"
      head={
        <>
          <Th>Step</Th>
          <Th right>Size</Th>
          <Th wide>Made</Th>
          <Th>Last found</Th>
        </>
      }
    >
      {items.map(({ key, bytes, createdAt, step }) => (
        <tr key={key} className={rowClass} data-row tabIndex={-1}>
          <Td className="max-w-36 sm:max-w-72">
            {step ? (
              <>
                <code className="block truncate" title={visibleText(step.name)}>
                  {visibleText(step.name)}
                </code>
                <span className="text-xs text-text-2">{step.line !== null && `line ${step.line}`}</span>
              </>
            ) : (
              <span className="text-text-2">of no step that is known here</span>
            )}
          </Td>
          <Td right className="whitespace-nowrap">
            {formatBytes(bytes)}
          </Td>
          <Td wide>
            <Moment at={createdAt} /> {step && link(step.build)}
          </Td>
          <Td>
            {step?.found ? (
              <>
                <Moment at={step.found.at} /> {link(step.found.number)}
              </>
            ) : (
              <span className="text-text-2">not yet</span>
            )}
          </Td>
        </tr>
      ))}
    </Table>
  );
}
