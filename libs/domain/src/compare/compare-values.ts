export interface ValuePair {
  readonly name: string;
  readonly a: string | null;
  readonly b: string | null;
}

export type NamedValues = Readonly<Record<string, string | null>>;

/** Two sets of named values side by side: every name once, those of `a` first. */
export function compareValues(a: NamedValues, b: NamedValues): ValuePair[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].map((name) => ({ name, a: valueIn(a, name), b: valueIn(b, name) }));
}

function valueIn(values: NamedValues, name: string): string | null {
  return Object.hasOwn(values, name) ? (values[name] ?? null) : null;
}
