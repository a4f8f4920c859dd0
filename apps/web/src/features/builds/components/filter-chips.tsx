import { type BuildTerm, withoutTerm } from '@cooperage/domain/predicates';
import { Link } from '@/components/ui/link';
import { classes } from '@/lib/classes';
import { visibleText } from '@/lib/format/names';
import { type Grouping, listHref } from '../model/list-address';

interface FilterChipsProps {
  readonly path: string;
  readonly filter: string;
  readonly terms: readonly BuildTerm[];
  readonly group: Grouping | null;
  readonly excluding: readonly number[];
}

/** Each term of the filter, with the way to a list without it. */
export function FilterChips({ path, filter, terms, group, excluding }: FilterChipsProps) {
  if (terms.length === 0) return null;
  return (
    <ul aria-label="Terms of the filter" className="flex flex-wrap gap-1.5">
      {terms.map((term, index) => {
        const text = visibleText(filter.slice(term.start, term.end));
        return (
          <li key={term.start}>
            <Link
              href={listHref(path, withoutTerm(filter, terms, index), group)}
              title={`Take ${text} away`}
              className={classes(
                'inline-flex min-h-6 max-w-full items-center gap-1.5 rounded border px-1.5 hover:bg-sunken',
                excluding.includes(index) ? 'border-bad bg-bad-bg text-bad' : 'border-line-strong',
              )}
            >
              <code className="break-all">{text}</code>
              <span aria-hidden>×</span>
              <span className="sr-only">take away</span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
