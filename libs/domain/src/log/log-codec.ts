/**
 * The binary form of log entries. The same bytes are stored, sent over the socket and read in the browser, so this file
 * uses nothing of Node. Two encodings put one after the other are an encoding of both.
 *
 * Entry: `uvarint length` then `uvarint n, uvarint atMs, byte kind, uvarint step, byte stream, data…`. A uvarint is
 * little-endian base 128 (as in protocol buffers), at most 2^53 - 1.
 */
import { type LogEntry, type LogStream, logKinds } from './log-entry.js';

/** The numbers that a run of entries covers: `firstN` up to but without `nextN`. */
export interface LogSpan {
  readonly firstN: number;
  readonly nextN: number;
}

/** @throws {RangeError} when a number is negative, no integer or above 2^53 - 1. */
export function encodeLogEntries(entries: readonly LogEntry[]): Uint8Array {
  let size = 0;
  const bodies = entries.map((entry) => {
    const body = bodySize(entry);
    size += uvarintSize(body) + body;
    return body;
  });
  const out = new Uint8Array(size);
  let at = 0;
  for (const [index, entry] of entries.entries()) at = putEntry(out, putUvarint(out, at, bodies[index]!), entry);
  return out;
}

/** The entries share memory with `bytes`. @throws {RangeError} on bytes that are no log entries. */
export function decodeLogEntries(bytes: Uint8Array): LogEntry[] {
  const reader = new LogReader(bytes);
  const entries: LogEntry[] = [];
  while (!reader.done) entries.push(reader.entry());
  return entries;
}

/**
 * Which numbers encoded entries cover, without decoding them; `undefined` for no entries.
 * @throws {RangeError} on bytes that are no log entries.
 */
export function spanOfLogEntries(bytes: Uint8Array): LogSpan | undefined {
  const reader = new LogReader(bytes);
  if (reader.done) return undefined;
  const firstN = reader.skip();
  let lastN = firstN;
  while (!reader.done) lastN = reader.skip();
  return { firstN, nextN: lastN + 1 };
}

/**
 * The part of encoded entries that begins at the first one with `n >= fromN`; shares memory with `bytes`.
 * @throws {RangeError} on bytes that are no log entries.
 */
export function logEntriesFrom(bytes: Uint8Array, fromN: number): Uint8Array {
  const reader = new LogReader(bytes);
  let start = 0;
  while (!reader.done && reader.skip() < fromN) start = reader.at;
  return bytes.subarray(start);
}

class LogReader {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  entry(): LogEntry {
    const end = this.end();
    const n = this.uvarint();
    const atMs = this.uvarint();
    const kind = logKinds[this.byte()];
    const step = this.uvarint();
    const stream = this.byte();
    if (kind === undefined || !isLogStream(stream) || this.at > end) throw new RangeError('broken log entry');
    const data = this.bytes.subarray(this.at, end);
    this.at = end;
    return { n, atMs, kind, step, stream, data };
  }

  /** Moves behind the next entry and gives its number. */
  skip(): number {
    const end = this.end();
    const n = this.uvarint();
    if (this.at > end) throw new RangeError('broken log entry');
    this.at = end;
    return n;
  }

  private end(): number {
    const length = this.uvarint();
    const end = this.at + length;
    if (end > this.bytes.length) throw new RangeError('broken log entry');
    return end;
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new RangeError('broken log entry');
    return byte;
  }

  private uvarint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80 && Number.isSafeInteger(value)) return value;
      if (byte < 0x80) break;
    }
    throw new RangeError('broken log entry');
  }
}

function isLogStream(value: number): value is LogStream {
  return value === 0 || value === 1 || value === 2;
}

function bodySize(entry: LogEntry): number {
  return uvarintSize(entry.n) + uvarintSize(entry.atMs) + uvarintSize(entry.step) + 2 + entry.data.length;
}

function putEntry(out: Uint8Array, start: number, entry: LogEntry): number {
  let at = putUvarint(out, start, entry.n);
  at = putUvarint(out, at, entry.atMs);
  out[at++] = logKinds.indexOf(entry.kind);
  at = putUvarint(out, at, entry.step);
  out[at++] = entry.stream;
  out.set(entry.data, at);
  return at + entry.data.length;
}

function uvarintSize(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a log number: ${value}`);
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

function putUvarint(out: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= 128) {
    out[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  out[at++] = rest;
  return at;
}
