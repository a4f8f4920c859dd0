/** Reads fields of parsed JSON of which nothing is known. Only own properties count. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Readonly<Record<string, unknown>>)[name];
  }
  return current;
}

/** A text field, or null where there is none or it is something else. */
export function textOf(value: unknown, ...path: readonly string[]): string | null {
  const field = fieldOf(value, ...path);
  return typeof field === 'string' ? field : null;
}
