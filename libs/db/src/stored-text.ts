/**
 * A text as PostgreSQL takes it. Strangers' words (Dockerfiles, step names, errors) can hold NUL and halves of surrogate
 * pairs, which neither a `text` nor a `jsonb` column stores: a single one would keep a build from ever ending.
 */
export function storedText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** Plain data as the text of a `jsonb` value. */
export function storedJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'string' ? storedText(item) : item));
}
