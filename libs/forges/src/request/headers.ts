import type { RawHeaders } from '../delivery.js';

/**
 * One header's value; null where it is missing, sent twice, or empty. Gitea sends its signature headers empty when no
 * secret is set, which must not count as a signature.
 */
export function headerOf(headers: RawHeaders, name: string): string | null {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (typeof value === 'string') return value.trim() || null;
  return value?.length === 1 ? value[0]!.trim() || null : null;
}

/** The first of several headers that is there. */
export function firstHeaderOf(headers: RawHeaders, names: readonly string[]): string | null {
  for (const name of names) {
    const value = headerOf(headers, name);
    if (value !== null) return value;
  }
  return null;
}
