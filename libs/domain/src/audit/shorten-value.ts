import { createHash } from 'node:crypto';
import { canonicalJson } from './audit-chain.js';
import type { ShortenedValue } from './shortened-value.js';

/** Longest text of an entry, in bytes. */
export const maxAuditTextBytes = 1_024;

/** Most bytes of JSON for what was before, and for what is after: an entry has both within 16 KiB. */
export const maxAuditSideBytes = 7 * 1_024;

/** With more fields a value is kept as one: settings have far fewer. */
const maxFields = 100;

/**
 * What an entry keeps of the settings before or after a change. Entries are never deleted, so none may be large: long texts
 * become a `ShortenedValue`, then the largest fields until the rest fits. Short values stay as they are.
 */
export function shortenValue(value: unknown): unknown {
  const short = withoutLongTexts(value);
  if (sizeOf(short) <= maxAuditSideBytes) return short;
  return (isObject(value) && isObject(short) && withoutLargestFields(value, short)) || digestOf(value);
}

function withoutLongTexts(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.byteLength(value) > maxAuditTextBytes ? digestOf(value) : value;
  if (Array.isArray(value)) return value.map(withoutLongTexts);
  return isObject(value) ? mapValues(value, withoutLongTexts) : value;
}

/** Null when that does not suffice. */
function withoutLargestFields(value: Fields, short: Fields): Fields | null {
  if (Object.keys(short).length > maxFields) return null;
  const sizes = Object.entries(short).map(([name, field]) => [name, sizeOf(field)] as const);
  const kept = { ...short };
  let left = sizeOf(short);
  for (const [name, size] of sizes.sort(([, a], [, b]) => b - a)) {
    const digest = digestOf(value[name]);
    kept[name] = digest;
    left += sizeOf(digest) - size;
    if (left <= maxAuditSideBytes) return kept;
  }
  return null;
}

type Fields = Readonly<Record<string, unknown>> & Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapValues(fields: Fields, map: (value: unknown) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value)]));
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(canonicalJson(value));
}

function digestOf(value: unknown): ShortenedValue {
  const bytes = Buffer.from(typeof value === 'string' ? value : canonicalJson(value));
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
