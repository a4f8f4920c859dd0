import { type BuildFilterRead, buildFilterKeys } from '@cooperage/domain/predicates';
import { Button } from '@/components/ui/button';
import { inputClass } from '@/components/ui/input-class';
import { Link, textLinkClass } from '@/components/ui/link';
import { classes } from '@/lib/classes';
import { type Grouping, listHref, withTerm } from '../model/list-address';
import { FilterChips } from './filter-chips';

export interface FilterLineProps {
  readonly path: string;
  readonly filter: string;
  readonly read: BuildFilterRead;
  readonly group: Grouping | null;
  /** Positions of the terms that leave out every build. */
  readonly excluding: readonly number[];
}

const suggestions = ['is:active', 'is:broken', 'author:me', 'since:7d'] as const;

/** A plain form whose answer is an address, so that a filter can be shared and works without scripts. */
export function FilterLine({ path, filter, read, group, excluding }: FilterLineProps) {
  return (
    <search className="grid gap-2">
      <form action={path} className="flex flex-wrap items-center gap-2">
        <input
          key={filter}
          name="filter"
          defaultValue={filter}
          placeholder='is:failed branch:main author:me step:"npm ci" since:7d'
          aria-label="Filter"
          aria-invalid={read.ok ? undefined : true}
          aria-describedby={read.ok ? undefined : 'filter-error'}
          autoComplete="off"
          spellCheck={false}
          maxLength={1000}
          data-key="/"
          className={classes(inputClass, 'flex-1 basis-64 font-mono text-sm')}
        />
        {group && <input type="hidden" name="group" value={group} />}
        <Button type="submit">Filter</Button>
      </form>
      {!read.ok && <FilterProblem filter={filter} error={read.error} />}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-sm">
        {read.ok && <FilterChips path={path} filter={filter} terms={read.terms} group={group} excluding={excluding} />}
        {read.ok &&
          suggestions
            .filter((term) => withTerm(filter, term) !== filter)
            .map((term) => (
              <Link key={term} href={listHref(path, withTerm(filter, term), group)} className={textLinkClass}>
                <code>{term}</code>
              </Link>
            ))}
        <details className="text-text-2">
          <summary>What can be asked</summary>
          <FilterHelp />
        </details>
      </div>
    </search>
  );
}

function FilterProblem({ filter, error }: { filter: string; error: { start: number; end: number; message: string } }) {
  return (
    <p id="filter-error" role="alert" className="text-sm text-bad">
      <code className="mr-2 break-all text-text">
        {filter.slice(0, error.start)}
        <mark className="bg-bad-bg text-bad underline decoration-wavy">
          {filter.slice(error.start, error.end) || '␣'}
        </mark>
        {filter.slice(error.end)}
      </code>
      {error.message}
    </p>
  );
}

function FilterHelp() {
  return (
    <p className="mt-1 max-w-[90ch]">
      Terms are <code>key:value</code>, with a <code>-</code> before what is to be left out. Terms of one key are
      alternatives, different keys must all hold. Keys: {buildFilterKeys.join(', ')}. Values with blanks stand in
      quotes: <code>step:"npm ci"</code>. Times: <code>since:7d</code>, <code>until:2026-11-20</code>,{' '}
      <code>took:&gt;5m</code>.
    </p>
  );
}
