export interface Pair<T> {
  readonly a: T | null;
  readonly b: T | null;
}

/**
 * Two lists side by side: what has the same key is a pair, in the order of `b`; what only `a` has stands where it stood
 * among its neighbours. Of several with one key, the first goes with the first, the second with the second.
 */
export function mergeByKey<T>(a: readonly T[], b: readonly T[], key: (item: T) => string): Pair<T>[] {
  const waiting = Map.groupBy(
    a.map((item, index) => ({ item, index })),
    ({ item }) => key(item),
  );
  const partners = b.map((item) => waiting.get(key(item))?.shift() ?? null);
  const taken = new Set(partners.map((partner) => partner?.index));
  const pairs: Pair<T>[] = [];
  let next = 0;
  const takeLonely = (before: number): void => {
    for (; next < before; next++) if (!taken.has(next)) pairs.push({ a: a[next] as T, b: null });
  };
  for (const [index, item] of b.entries()) {
    const partner = partners[index] ?? null;
    if (partner) takeLonely(partner.index);
    pairs.push({ a: partner?.item ?? null, b: item });
  }
  takeLonely(a.length);
  return pairs;
}
