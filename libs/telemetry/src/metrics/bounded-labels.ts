/** The values that a label may take: a closed list, or the first few that come. */
export type LabelValues = readonly string[] | { readonly atMost: number };
export type LabelRules = Readonly<Record<string, LabelValues>>;

type ValueOfRule<V> = V extends readonly (infer S extends string)[] ? S : string;
/** A label set as a caller writes it; a label outside its closed list does not compile. */
export type Labels<R extends LabelRules> = { readonly [K in keyof R]: ValueOfRule<R[K]> };

const other = 'other';

/**
 * Holds labels inside their bounds whatever callers pass at run time: each label value is a time series that is kept for
 * ever, so a stranger's text must never become one.
 */
export class BoundedLabels<R extends LabelRules> {
  readonly names: string[];
  readonly #rules: R;
  readonly #seen = new Map<string, Set<string>>();

  constructor(rules: R) {
    this.#rules = rules;
    this.names = Object.keys(rules);
  }

  bound(labels: Labels<R>): Record<string, string> {
    const given = labels as Readonly<Record<string, string>>;
    return Object.fromEntries(this.names.map((name) => [name, this.#boundValue(name, given[name] ?? other)]));
  }

  #boundValue(name: string, value: string): string {
    const rule = this.#rules[name]!;
    if ('atMost' in rule) return this.#amongFirst(name, value, rule.atMost);
    return rule.includes(value) ? value : other;
  }

  #amongFirst(name: string, value: string, atMost: number): string {
    const seen = this.#seen.get(name) ?? new Set();
    this.#seen.set(name, seen);
    if (seen.has(value)) return value;
    if (seen.size >= atMost) return other;
    seen.add(value);
    return value;
  }
}
