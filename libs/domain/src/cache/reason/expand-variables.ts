/** What a variable stands for; undefined when nobody set it. */
export type Lookup = (name: string) => string | undefined;

const reference = /\\(.)|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?([-+])([^{}]*))?\}|(\{))/gs;

/**
 * Puts values in the place of `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`, as BuildKit does in COPY, ADD,
 * WORKDIR and FROM. Null where a form is used that is not among these: then nobody here knows what stands there.
 */
export function expandVariables(text: string, lookup: Lookup): string | null {
  let unknown = false;
  const expanded = text.replace(reference, (whole, escaped, plain, braced, sign, word, other) => {
    if (escaped !== undefined) return escaped === '$' ? '$' : whole;
    if (other !== undefined) unknown = true;
    const value = lookup(plain ?? braced ?? '');
    if (sign === undefined) return value ?? '';
    const isSet = value !== undefined && (value !== '' || !whole.includes(':'));
    if (sign === '-') return isSet ? value : word;
    return isSet ? word : '';
  });
  return unknown ? null : expanded;
}

/** Names of the variables that a text speaks of. */
export function variablesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map((match) => match[1]!));
}
