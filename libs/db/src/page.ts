/** One page of a keyset-paged list, newest first. `after` of the next call is the last item's key. */
export interface KeysetPage<T> {
  readonly items: T[];
  readonly next: string | null;
}

export interface KeysetQuery {
  /** Id of the last item of the page before. */
  readonly after: string | null;
  /** Most items of a page. */
  readonly limit: number;
}

/** Makes a page of rows that were read with `limit + 1`. */
export function toPage<R, T>(
  rows: readonly R[],
  limit: number,
  key: (row: R) => string,
  map: (row: R) => T,
): KeysetPage<T> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { items: kept.map(map), next: rows.length > limit && last !== undefined ? key(last) : null };
}
