/** What a JSON text may hold at the most, counted before it is parsed. */
export interface JsonBounds {
  /** Objects and arrays inside each other. */
  readonly depth: number;
  /** Keys of all objects together. */
  readonly keys: number;
  /** Objects, arrays, texts, numbers, and literals together; keys are none. */
  readonly values: number;
}

/** The bound that was passed; `form` where brackets and colons stand as in no JSON. */
export type JsonFault = keyof JsonBounds | 'form';

/** Is told what a scan comes across, in the order of the text. Positions count bytes. */
export interface JsonListener {
  opened(isObject: boolean, at: number): void;
  /** Of an object too, of which this is the last member. */
  closed(at: number): void;
  comma(at: number): void;
  /** `start` and `end` are those of its quotes. */
  key(start: number, end: number): void;
}

const quote = 0x22;
const backslash = 0x5c;
const openObject = 0x7b;
const closeObject = 0x7d;
const openArray = 0x5b;
const closeArray = 0x5d;
const comma = 0x2c;
const colon = 0x3a;
const none = -1;

/**
 * Counts what a JSON text in UTF-8 holds, without making any of it: some bytes are an object that takes twenty times as many.
 * Linear in the length, and keeps nothing but a bit for each open bracket. It is no parser: a text that is no JSON may pass, and
 * is refused by the parser afterwards.
 */
export class JsonScan {
  readonly #bytes: Uint8Array;
  readonly #bounds: JsonBounds;
  readonly #listener: JsonListener | undefined;
  /** 1 for each open object, 0 for each open array. */
  readonly #open: Uint8Array;
  #depth = 0;
  #keys = 0;
  #values = 0;
  #at = 0;
  /** Where the text began that is not over yet. */
  #textStart = none;
  /** The last text, as long as it may still be a key. */
  #lastStart = none;
  #lastEnd = none;
  #isInWord = false;

  constructor(bytes: Uint8Array, bounds: JsonBounds, listener?: JsonListener) {
    this.#bytes = bytes;
    this.#bounds = bounds;
    this.#listener = listener;
    this.#open = new Uint8Array(bounds.depth);
  }

  get isOver(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Goes on over so many bytes, or to the end. @throws what the listener throws */
  scan(bytes: number): JsonFault | null {
    const end = Math.min(this.#at + bytes, this.#bytes.length);
    while (this.#at < end) {
      if (this.#textStart !== none) {
        this.#skipText(end);
        continue;
      }
      const fault = this.#take(this.#bytes[this.#at]!, this.#at);
      if (fault !== null) return fault;
      this.#at++;
    }
    return this.isOver && (this.#depth > 0 || this.#textStart !== none) ? 'form' : null;
  }

  #skipText(end: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (; at < end; at++) {
      const code = bytes[at];
      // The escaped character may be behind `end`, and is passed over all the same.
      if (code === backslash) at++;
      else if (code === quote) {
        [this.#lastStart, this.#lastEnd, this.#textStart] = [this.#textStart, at, none];
        at++;
        break;
      }
    }
    this.#at = at;
  }

  #take(code: number, at: number): JsonFault | null {
    if (isSpace(code)) {
      this.#isInWord = false;
      return null;
    }
    if (code === colon) return this.#endKey();
    this.#lastStart = none;
    if (code === comma) {
      this.#isInWord = false;
      this.#listener?.comma(at);
      return null;
    }
    if (code === closeObject || code === closeArray) return this.#leave(code, at);
    if (code === openObject || code === openArray) return this.#enter(code === openObject, at);
    if (code === quote) {
      this.#isInWord = false;
      this.#textStart = at;
      return this.#count();
    }
    if (this.#isInWord) return null;
    this.#isInWord = true;
    return this.#count();
  }

  #count(): JsonFault | null {
    return ++this.#values > this.#bounds.values ? 'values' : null;
  }

  #enter(isObject: boolean, at: number): JsonFault | null {
    this.#isInWord = false;
    if (this.#depth === this.#bounds.depth) return 'depth';
    this.#open[this.#depth++] = isObject ? 1 : 0;
    this.#listener?.opened(isObject, at);
    return this.#count();
  }

  #leave(code: number, at: number): JsonFault | null {
    this.#isInWord = false;
    if (this.#depth === 0 || this.#open[this.#depth - 1] !== (code === closeObject ? 1 : 0)) return 'form';
    this.#depth--;
    this.#listener?.closed(at);
    return null;
  }

  /** The text before the colon was counted as a value, and is none. */
  #endKey(): JsonFault | null {
    if (this.#lastStart === none || this.#depth === 0 || this.#open[this.#depth - 1] === 0) return 'form';
    this.#values--;
    if (++this.#keys > this.#bounds.keys) return 'keys';
    this.#listener?.key(this.#lastStart, this.#lastEnd);
    this.#lastStart = none;
    return null;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
