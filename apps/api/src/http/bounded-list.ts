import type { Page } from '@cooperage/contracts';

/** A list that is short by its nature, in the shape of every other list: one page, and the end. */
export function wholeList<R, T>(records: readonly R[], present: (record: R) => T): Page<T> {
  return { items: records.map(present), next: null };
}
