/** Query of a page as Next hands it over. */
export type PageQuery = Readonly<Record<string, string | string[] | undefined>>;

export function one(query: PageQuery, name: string): string | null {
  const value = query[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first ? first : null;
}

export function oneOf<const T extends string>(query: PageQuery, name: string, allowed: readonly T[]): T | null {
  const value = one(query, name);
  return allowed.find((item) => item === value) ?? null;
}

/** The present address with some parameters changed; null takes one away. */
export function changeQuery(path: string, query: PageQuery, change: Readonly<Record<string, string | null>>): string {
  const search = new URLSearchParams();
  for (const name of Object.keys(query)) {
    const value = one(query, name);
    if (value !== null) search.set(name, value);
  }
  for (const [name, value] of Object.entries(change)) {
    if (value === null) search.delete(name);
    else search.set(name, value);
  }
  return search.size === 0 ? path : `${path}?${search}`;
}
