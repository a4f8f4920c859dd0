/** What stands in an entry of the audit in the place of a value that is too long for it. */
export interface ShortenedValue {
  /** Of the value: of a text its UTF-8, of anything else its JSON with sorted keys. */
  readonly bytes: number;
  /** Of the same bytes, in lower-case hex. */
  readonly sha256: string;
}

export function isShortenedValue(value: unknown): value is ShortenedValue {
  if (typeof value !== 'object' || value === null) return false;
  const { bytes, sha256, ...rest } = value as Readonly<Record<string, unknown>>;
  if (typeof bytes !== 'number' || typeof sha256 !== 'string') return false;
  return Object.keys(rest).length === 0 && /^[0-9a-f]{64}$/.test(sha256);
}
