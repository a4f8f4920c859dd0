import { type JsonBounds, type JsonFault, type JsonListener, JsonScan } from '@cooperage/domain';
import { type Sliced, sliceBytes } from '../slices.js';
import { GuardedJsonError } from './guarded-json-error.js';

/**
 * A push to GitHub lists up to 2,048 commits with 19 keys each, and the paths that each of them changed. A million empty objects
 * are 60 MB of memory.
 */
export const jsonBounds: JsonBounds = { depth: 64, keys: 100_000, values: 1_000_000 };

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** A part of the text. `end` is behind it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** An outermost object, from its opening bracket on, and its members: what is between brackets and commas. */
export interface Outline extends Span {
  readonly members: readonly Span[];
}

/**
 * Looks over a JSON text in UTF-8 for what `JSON.parse` takes and we do not: depth, number of keys and values, repeated and
 * dangerous keys. It is no parser: a text that is no JSON may pass, and is refused by the parser afterwards.
 * @returns null where the outermost value is no object
 * @throws {GuardedJsonError}
 */
export function* checkStructure(bytes: Uint8Array): Sliced<Outline | null> {
  const structure = new Structure(bytes);
  const scan = new JsonScan(bytes, jsonBounds, structure);
  for (;;) {
    const fault = scan.scan(sliceBytes);
    if (fault !== null) throw faultError(fault);
    if (scan.isOver) return structure.outline();
    yield;
  }
}

class Structure implements JsonListener {
  readonly #bytes: Uint8Array;
  /** Keys of each open object that has any; null for an array, and for an object without. */
  readonly #keys: (Set<string> | null)[] = [];
  readonly #members: Span[] = [];
  #outermost: { readonly isObject: boolean; readonly start: number; end: number } | null = null;
  #memberStart = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  outline(): Outline | null {
    if (!this.#outermost?.isObject) return null;
    const { start, end } = this.#outermost;
    return { start, end, members: this.#members };
  }

  opened(isObject: boolean, at: number): void {
    this.#keys.push(null);
    if (this.#keys.length > 1) return;
    if (this.#outermost) throw notJson();
    this.#outermost = { isObject, start: at, end: at };
    this.#memberStart = at + 1;
  }

  closed(at: number): void {
    this.comma(at);
    this.#keys.pop();
    if (this.#keys.length === 0 && this.#outermost) this.#outermost.end = at + 1;
  }

  comma(at: number): void {
    if (this.#keys.length !== 1 || !this.#outermost?.isObject) return;
    // Each member has a key, and so many keys are refused: these are commas with nothing between.
    if (this.#members.length >= jsonBounds.keys) throw notJson();
    this.#members.push({ start: this.#memberStart, end: at });
    this.#memberStart = at + 1;
  }

  key(start: number, end: number): void {
    if (end - start > sliceBytes) throw new GuardedJsonError('The JSON has a key that is too long.');
    const literal = textOf(this.#bytes, { start, end: end + 1 });
    const key = literal.includes('\\') ? unescapeKey(literal) : literal.slice(1, -1);
    if (forbiddenKeys.has(key)) throw new GuardedJsonError('The JSON has a key that is not allowed.');
    const keys = this.#keysOfInnermost();
    if (keys.has(key)) throw new GuardedJsonError('The JSON has the same key twice in one object.');
    keys.add(key);
  }

  /** Made for the first key alone: there may be a million objects without. */
  #keysOfInnermost(): Set<string> {
    const known = this.#keys.at(-1);
    if (known) return known;
    const made = new Set<string>();
    this.#keys[this.#keys.length - 1] = made;
    return made;
  }
}

function faultError(fault: JsonFault): GuardedJsonError {
  if (fault === 'form') return notJson();
  if (fault === 'depth') return new GuardedJsonError(`The JSON is nested deeper than ${jsonBounds.depth}.`);
  return new GuardedJsonError(`The JSON has more than ${jsonBounds[fault]} ${fault}.`);
}

function unescapeKey(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    throw notJson();
  }
}

export function textOf(bytes: Uint8Array, { start, end }: Span): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

export function notJson(): GuardedJsonError {
  return new GuardedJsonError('The body is not valid JSON.');
}
