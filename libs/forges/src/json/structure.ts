import { GuardedJsonError } from './guarded-json-error.js';

export const maxDepth = 64;
export const maxKeys = 20_000;

const quote = 0x22;
const backslash = 0x5c;
const openObject = 0x7b;
const closeObject = 0x7d;
const openArray = 0x5b;
const closeArray = 0x5d;
const colon = 0x3a;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Looks over a JSON text for what `JSON.parse` takes and we do not: depth, number of keys, repeated and dangerous keys.
 * It is no parser: a text that is no JSON may pass, and is refused by the parser afterwards.
 * @throws {GuardedJsonError}
 */
export function checkStructure(text: string): void {
  new StructureCheck(text).run();
}

class StructureCheck {
  readonly #text: string;
  /** Keys of each open object; null for an array. */
  readonly #open: (Set<string> | null)[] = [];
  #keys = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    for (let at = 0; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === quote) at = this.#string(at);
      else if (code === openObject) this.#enter(new Set());
      else if (code === openArray) this.#enter(null);
      else if (code === closeObject || code === closeArray) this.#open.pop();
    }
  }

  #enter(keys: Set<string> | null): void {
    this.#open.push(keys);
    if (this.#open.length > maxDepth) throw new GuardedJsonError(`The JSON is nested deeper than ${maxDepth}.`);
  }

  /** @returns the position of the string's closing quote. */
  #string(start: number): number {
    const end = this.#endOfString(start);
    const keys = this.#open.at(-1);
    if (keys && this.#isFollowedByColon(end)) this.#addKey(keys, this.#text.slice(start, end + 1));
    return end;
  }

  #endOfString(start: number): number {
    let end = this.#text.indexOf('"', start + 1);
    while (end !== -1 && this.#isEscaped(end, start)) end = this.#text.indexOf('"', end + 1);
    if (end === -1) throw new GuardedJsonError('The body is not valid JSON.');
    return end;
  }

  /** A quote is escaped by an odd number of backslashes before it. */
  #isEscaped(at: number, start: number): boolean {
    let before = at - 1;
    while (before > start && this.#text.charCodeAt(before) === backslash) before--;
    return (at - before) % 2 === 0;
  }

  #isFollowedByColon(end: number): boolean {
    let at = end + 1;
    while (isSpace(this.#text.charCodeAt(at))) at++;
    return this.#text.charCodeAt(at) === colon;
  }

  #addKey(keys: Set<string>, literal: string): void {
    const key = literal.includes('\\') ? unescapeKey(literal) : literal.slice(1, -1);
    if (++this.#keys > maxKeys) throw new GuardedJsonError(`The JSON has more than ${maxKeys} keys.`);
    if (forbiddenKeys.has(key)) throw new GuardedJsonError('The JSON has a key that is not allowed.');
    if (keys.has(key)) throw new GuardedJsonError('The JSON has the same key twice in one object.');
    keys.add(key);
  }
}

function unescapeKey(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    throw new GuardedJsonError('The body is not valid JSON.');
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
