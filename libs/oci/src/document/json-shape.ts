import { JsonScan } from '@cooperage/domain';
import { invalidAnswer } from '../registry-error.js';
import type { ImageLimits } from './image-limits.js';

/** Readers of untrusted JSON: each returns the value in the asked shape or throws `RegistryError` `invalid`. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch {
    throw invalidAnswer(`${what} is not JSON`);
  }
}

/** Objects and lists inside each other. No document of ours or of BuildKit has ten. */
const mostDepth = 64;

/**
 * Counts what a document holds, and makes none of it: 8 MiB may be a million objects, each of which takes many times its bytes.
 * @throws {RegistryError} `invalid`, with code `TOO_LARGE` where it holds too much
 */
export function countJson(
  bytes: Uint8Array,
  what: string,
  { keys, values }: Pick<ImageLimits, 'keys' | 'values'>,
): void {
  const bounds = { depth: mostDepth, keys, values };
  const fault = new JsonScan(bytes, bounds).scan(bytes.length);
  if (fault === 'form') throw invalidAnswer(`${what} is not JSON`);
  if (fault !== null) throw invalidAnswer(`${what} has more ${fault} than ${bounds[fault]}`, 'TOO_LARGE');
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw invalidAnswer(`${what} is not an object`);
  return value;
}

/** Absent counts as empty. */
export function arrayOf(value: unknown, maxItems: number, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidAnswer(`${what} is not a list`);
  if (value.length > maxItems) throw invalidAnswer(`${what} has more than ${maxItems} entries`, 'TOO_LARGE');
  return value;
}

export function stringOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw invalidAnswer(`${what} is not a text`);
  return value;
}

/** Absent, null and empty are all "not said": Go writes them in these three ways. */
export function optionalString(value: unknown, what: string): string | undefined {
  return value === undefined || value === null || value === '' ? undefined : stringOf(value, what);
}

export function sizeOf(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw invalidAnswer(`${what} is not a size in bytes`);
  return value as number;
}

/** Labels, annotations: texts by name. `__proto__` is a name like any other. */
export function stringMapOf(value: unknown, maxItems: number, what: string): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(objectOf(value, what));
  if (entries.length > maxItems) throw invalidAnswer(`${what} has more than ${maxItems} entries`, 'TOO_LARGE');
  return Object.fromEntries(entries.map(([name, text]) => [name, stringOf(text, `${what}: ${name.slice(0, 80)}`)]));
}
