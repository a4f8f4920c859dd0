/** Lines of a text field, without blanks and empty ones. */
export function textLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** `NAME=value` lines, of build arguments for example. A line without a sign, or a name given twice, is named in `error`. */
export function parsePairs(text: string): { pairs: Record<string, string>; error: string | null } {
  const pairs: Record<string, string> = {};
  for (const line of textLines(text)) {
    const at = line.indexOf('=');
    if (at < 1) return { pairs, error: `“${line}” is not NAME=value` };
    const name = line.slice(0, at);
    if (Object.hasOwn(pairs, name)) return { pairs, error: `${name} is there twice` };
    Object.defineProperty(pairs, name, { value: line.slice(at + 1), enumerable: true });
  }
  return { pairs, error: null };
}

/**
 * As `parsePairs`, of a field that began with what is stored. Without a change it has no pairs: what was stored may break a limit
 * that came later, and must not keep somebody from changing another field.
 */
export function changedPairs(
  text: string,
  stored: Readonly<Record<string, string>>,
): { pairs?: Record<string, string>; error: string | null } {
  return text.replaceAll('\r\n', '\n') === formatPairs(stored) ? { error: null } : parsePairs(text);
}

export function formatPairs(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

/** A number field times its unit; null for an empty field. */
export function scaled(text: string, unit: number): number | null {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? null : Math.round(value * unit);
}
