import { type Sliced, sliceBytes } from '../slices.js';
import { GuardedJsonError } from './guarded-json-error.js';

export const maxDepth = 64;
export const maxKeys = 20_000;

const quote = 0x22;
const backslash = 0x5c;
const openObject = 0x7b;
const closeObject = 0x7d;
const openArray = 0x5b;
const closeArray = 0x5d;
const comma = 0x2c;
const colon = 0x3a;
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
 * Looks over a JSON text in UTF-8 for what `JSON.parse` takes and we do not: depth, number of keys, repeated and dangerous keys.
 * It is no parser: a text that is no JSON may pass, and is refused by the parser afterwards.
 * @returns null where the outermost value is no object
 * @throws {GuardedJsonError}
 */
export function checkStructure(bytes: Uint8Array): Sliced<Outline | null> {
  return new StructureCheck(bytes).run();
}

class StructureCheck {
  readonly #bytes: Uint8Array;
  /** Keys of each open object; null for an array. */
  readonly #open: (Set<string> | null)[] = [];
  readonly #members: Span[] = [];
  #outermost: { start: number; end: number } | null = null;
  #memberStart = 0;
  #keys = 0;
  /** Bytes looked at since the last pause. */
  #steps = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  *run(): Sliced<Outline | null> {
    for (let at = 0; at < this.#bytes.length; at++) {
      if (++this.#steps > sliceBytes) yield* this.#pause();
      const code = this.#bytes[at]!;
      if (code === quote) at = yield* this.#string(at);
      else if (code === openObject) this.#enter(new Set(), at);
      else if (code === openArray) this.#enter(null, at);
      else if (code === comma) this.#endMember(at);
      else if (code === closeObject || code === closeArray) this.#leave(code, at);
    }
    if (this.#open.length > 0) throw notJson();
    return this.#outermost && { ...this.#outermost, members: this.#members };
  }

  *#pause(): Sliced<void> {
    yield;
    this.#steps = 0;
  }

  #enter(keys: Set<string> | null, at: number): void {
    this.#open.push(keys);
    if (this.#open.length > maxDepth) throw new GuardedJsonError(`The JSON is nested deeper than ${maxDepth}.`);
    if (this.#open.length > 1) return;
    if (this.#outermost) throw notJson();
    this.#memberStart = at + 1;
    if (keys) this.#outermost = { start: at, end: at };
  }

  #leave(code: number, at: number): void {
    this.#endMember(at);
    const keys = this.#open.pop();
    const closing = keys ? closeObject : closeArray;
    if (keys === undefined || code !== closing) throw notJson();
    if (this.#open.length === 0 && this.#outermost) this.#outermost.end = at + 1;
  }

  #endMember(at: number): void {
    if (this.#open.length !== 1 || !this.#open[0]) return;
    // Each member has a key, and so many keys are refused: these are commas with nothing between.
    if (this.#members.length >= maxKeys) throw notJson();
    this.#members.push({ start: this.#memberStart, end: at });
    this.#memberStart = at + 1;
  }

  /** @returns the position of the string's closing quote. */
  *#string(start: number): Sliced<number> {
    const end = yield* this.#endOfString(start);
    const keys = this.#open.at(-1);
    if (keys && (yield* this.#isFollowedByColon(end))) this.#addKey(keys, start, end);
    return end;
  }

  *#endOfString(start: number): Sliced<number> {
    for (let at = start + 1; at < this.#bytes.length; at++) {
      if (++this.#steps > sliceBytes) yield* this.#pause();
      const code = this.#bytes[at]!;
      if (code === backslash) at++;
      else if (code === quote) return at;
    }
    throw notJson();
  }

  *#isFollowedByColon(end: number): Sliced<boolean> {
    let at = end + 1;
    for (; isSpace(this.#bytes[at]); at++) if (++this.#steps > sliceBytes) yield* this.#pause();
    return this.#bytes[at] === colon;
  }

  #addKey(keys: Set<string>, start: number, end: number): void {
    if (++this.#keys > maxKeys) throw new GuardedJsonError(`The JSON has more than ${maxKeys} keys.`);
    if (end - start > sliceBytes) throw new GuardedJsonError('The JSON has a key that is too long.');
    const literal = textOf(this.#bytes, { start, end: end + 1 });
    const key = literal.includes('\\') ? unescapeKey(literal) : literal.slice(1, -1);
    if (forbiddenKeys.has(key)) throw new GuardedJsonError('The JSON has a key that is not allowed.');
    if (keys.has(key)) throw new GuardedJsonError('The JSON has the same key twice in one object.');
    keys.add(key);
  }
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

function isSpace(code: number | undefined): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
