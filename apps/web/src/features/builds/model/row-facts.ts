import type { BuildSummary } from '@cooperage/contracts';
import { canCancel, canRetry } from '@cooperage/domain/predicates';

/** What the keys of a row need to know; it travels in an attribute of the row. */
export interface RowFacts {
  readonly id: string;
  readonly number: number;
  readonly organizationSlug: string;
  readonly projectSlug: string;
  readonly can: { readonly cancel: boolean; readonly retry: boolean };
}

export function rowFacts(build: BuildSummary): RowFacts {
  const { id, number, organizationSlug, projectSlug } = build;
  return { id, number, organizationSlug, projectSlug, can: { cancel: canCancel(build), retry: canRetry(build) } };
}
