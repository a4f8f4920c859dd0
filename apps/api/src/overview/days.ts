const dayMs = 86_400_000;

/** The last `count` days in UTC with what is known of each, the oldest first; days without a build are there too. */
export function everyDay<T extends { readonly day: string }>(
  known: readonly T[],
  count: number,
  nowMs: number,
  empty: (day: string) => T,
): T[] {
  const byDay = new Map(known.map((each) => [each.day, each]));
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(nowMs - (count - 1 - index) * dayMs).toISOString().slice(0, 10);
    return byDay.get(day) ?? empty(day);
  });
}

/**
 * Rows as text/csv (RFC 4180): a line of names first, nothing where a value is not known. Only for names and values that
 * need no quotes, numbers and days.
 */
export function csvOf<Name extends string>(
  names: readonly Name[],
  rows: readonly Readonly<Record<Name, string | number | null>>[],
): string {
  const lines = rows.map((row) => names.map((name) => row[name] ?? '').join(','));
  return [names.join(','), ...lines, ''].join('\r\n');
}
