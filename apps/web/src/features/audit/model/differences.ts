import { isShortenedValue, type ShortenedValue } from '@cooperage/domain/predicates';
import { formatBytes } from '../../../lib/format/bytes';

export interface Difference {
  readonly name: string;
  /** Null: it was not there. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What an entry says of before and after, name by name. */
export function differencesOf(before: unknown, after: unknown): Difference[] {
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
    .filter((name) => name !== 'projectId')
    .map((name) => ({ name, before: textOf(old[name]), after: textOf(fresh[name]) }));
}

/** What stands for all settings of an entry that were too long together. */
const allOfIt = 'all settings';

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (isShortenedValue(value)) return { [allOfIt]: value };
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string') return value;
  if (isShortenedValue(value)) return shortenedWords(value);
  return JSON.stringify(value, (_name, part: unknown) => (isShortenedValue(part) ? shortenedWords(part) : part));
}

/** Says that the entry does not hold the value, and by what one can recognise it. */
function shortenedWords({ bytes, sha256 }: ShortenedValue): string {
  return `[shortened: ${formatBytes(bytes)}, SHA-256 ${sha256.slice(0, 12)}…]`;
}
