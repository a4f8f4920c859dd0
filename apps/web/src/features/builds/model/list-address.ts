import { buildStatuses, filterTerm } from '@cooperage/domain/predicates';
import { one, oneOf, type PageQuery } from '../../../lib/address/query';

/** How a list of builds is put together. */
export const groupings = ['commit', 'failure'] as const;
export type Grouping = (typeof groupings)[number];

export interface ListAddress {
  /** The filter line, as it was written. */
  readonly filter: string;
  readonly group: Grouping | null;
  readonly cursor: string | null;
}

/** What the address of a list says. Addresses from before there was a filter line say it with a parameter for each part. */
export function listAddress(query: PageQuery): ListAddress {
  return {
    filter: one(query, 'filter') ?? formerFilter(query),
    group: oneOf(query, 'group', groupings),
    cursor: one(query, 'cursor'),
  };
}

function formerFilter(query: PageQuery): string {
  const status = oneOf(query, 'status', buildStatuses);
  const [ref, commit] = [one(query, 'ref'), one(query, 'commit')];
  return [
    status && filterTerm('is', status.replace('_', '-')),
    ref && filterTerm('ref', ref),
    commit && filterTerm('commit', commit),
  ]
    .filter(Boolean)
    .join(' ');
}

/** Address of the list at `path` with a filter and a grouping. */
export function listHref(path: string, filter: string, group: Grouping | null = null): string {
  const search = new URLSearchParams();
  if (filter.trim() !== '') search.set('filter', filter.trim());
  if (group !== null) search.set('group', group);
  return search.size === 0 ? path : `${path}?${search}`;
}

/** A filter with one term more, or the same where it has that term. */
export function withTerm(filter: string, term: string): string {
  return filter.split(/\s+/).includes(term) ? filter : `${filter} ${term}`.trim();
}
