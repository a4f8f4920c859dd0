import { alwaysKept, lastTouch, overBudget, type StoredCache } from './cache-budget.js';

const dayMs = 86_400_000;

/** What a project allows its caches in the registry. */
export interface CacheLimits {
  /** That all references may weigh together; null for any weight. */
  readonly budgetBytes: number | null;
  /** Days after which a reference goes that no build has used; null for never. */
  readonly unusedDays: number | null;
}

/** Whether no build has written it or found steps with it in so many days. */
export function isUnused(entry: StoredCache, days: number, now: Date): boolean {
  return lastTouch(entry) < now.getTime() - days * dayMs;
}

/**
 * Which references go by what their project allows: those of age first, and of the rest what the budget has no room for. What
 * is always kept stays however old it is: a project that rests would begin cold.
 */
export function dueEvictions<T extends StoredCache>(
  entries: readonly T[],
  { budgetBytes, unusedDays }: CacheLimits,
  now: Date,
): { readonly unused: T[]; readonly heavy: T[] } {
  const kept = alwaysKept(entries);
  const unused =
    unusedDays === null ? [] : entries.filter((entry) => entry !== kept && isUnused(entry, unusedDays, now));
  const going = new Set(unused);
  const rest = entries.filter((entry) => !going.has(entry));
  return { unused, heavy: budgetBytes === null ? [] : overBudget(rest, budgetBytes) };
}
