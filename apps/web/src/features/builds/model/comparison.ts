import type { RowFacts } from './row-facts';

export type Comparison = { readonly href: string } | { readonly hint: string } | null;

/** Where two selected builds are compared, or what is missing for it. */
export function comparisonOf(selected: readonly RowFacts[]): Comparison {
  const [one, other] = selected.toSorted((a, b) => a.number - b.number);
  if (!one) return null;
  if (!other) return { hint: 'Select one more to compare.' };
  if (selected.length > 2) return { hint: 'Only two builds can be compared.' };
  if (one.organizationSlug !== other.organizationSlug || one.projectSlug !== other.projectSlug)
    return { hint: 'Only builds of one project can be compared.' };
  const project = `/p/${encodeURIComponent(one.organizationSlug)}/${encodeURIComponent(one.projectSlug)}`;
  return { href: `${project}/compare?a=${one.number}&b=${other.number}` };
}
