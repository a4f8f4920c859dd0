export interface Pair<T> {
  readonly a: T | null;
  readonly b: T | null;
}

/**
 * Two lists side by side: what has the same key is a pair, in the order of `b`; what only `a` has stands where it stood
 * among its neighbours. Of several with one key, the first goes with the first, the second with the second.
 */
export function mergeByKey<T>(a: readonly T[], b: readonly T[], key: (item: T) => string): Pair<T>[] {
  const waiting = new Map(
    [...Map.groupBy(a.keys(), (index) => key(a[index] as T))].map(([word, indexes]) => [word, indexes.values()]),
  );
  const partners = b.map((item) => waiting.get(key(item))?.next().value ?? null);
  const taken = new Uint8Array(a.length);
  for (const partner of partners) if (partner !== null) taken[partner] = 1;
  const pairs: Pair<T>[] = [];
  let next = 0;
  const takeLonely = (before: number): void => {
    for (; next < before; next++) if (taken[next] === 0) pairs.push({ a: a[next] as T, b: null });
  };
  for (const [index, item] of b.entries()) {
    const partner = partners[index] ?? null;
    if (partner !== null) takeLonely(partner);
    pairs.push({ a: partner === null ? null : (a[partner] as T), b: item });
  }
  takeLonely(a.length);
  return pairs;
}
