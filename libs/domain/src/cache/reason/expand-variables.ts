/** What a variable stands for; undefined when nobody set it. */
export type Lookup = (name: string) => string | undefined;

const reference = /\\(.)|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?([-+])([^{}]*))?\}|(\{))/gs;

/** Variables that stand for each other twice, again and again, would take all memory; no value that is meant is so long. */
const maxExpanded = 8_192;

/**
 * Puts values in the place of `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`, as BuildKit does in COPY, ADD,
 * WORKDIR and FROM. Null where a form is used that is not among these, or
 * it would become longer than any value that is meant: then nobody here knows what stands there.
 */
export function expandVariables(text: string, lookup: Lookup): string | null {
  let unknown = false;
  let length = 0;
  const bounded = (value: string) => {
    length += value.length;
    if (length > maxExpanded) unknown = true;
    return unknown ? '' : value;
  };
  const expanded = text.replace(reference, (whole, escaped, plain, braced, sign, word, other) => {
    if (escaped !== undefined) return escaped === '$' ? '$' : whole;
    if (other !== undefined) unknown = true;
    const value = lookup(plain ?? braced ?? '');
    if (sign === undefined) return bounded(value ?? '');
    const isSet = value !== undefined && (value !== '' || !whole.includes(':'));
    if (sign === '-') return bounded(isSet ? value : word);
    return bounded(isSet ? word : '');
  });
  return unknown ? null : expanded;
}

/** Names of the variables that a text speaks of. */
export function variablesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map((match) => match[1]!));
}
