/**
 * The binary form of log entries. The same bytes are stored, sent over the socket and read in the browser, so this file
 * uses nothing of Node. Two encodings put one after the other are an encoding of both.
 *
 *     log    frame*
 *     frame  uvarint length, then uvarint n, uvarint atMs (both of its first entry), entry*
 *     entry  uvarint length, then byte kind * 4 + stream, uvarint step, uvarint milliseconds since the entry before, data
 *
 * The numbers in a frame follow each other, so an entry carries only what changes: short lines stay small, and alike for
 * the compressor. A uvarint is little-endian base 128 (as in protocol buffers), at most 2^53 - 1.
 */
import { ByteReader, putUvarint, uvarintSize } from './byte-reader.js';
import { type LogEntry, type LogStream, logKinds } from './log-entry.js';

/** The numbers that a run of entries covers: `firstN` up to but without `nextN`. */
export interface LogSpan {
  readonly firstN: number;
  readonly nextN: number;
}

/** @throws {RangeError} when a number is negative, no integer or above 2^53 - 1. */
export function encodeLogEntries(entries: readonly LogEntry[]): Uint8Array {
  return concat(runs(entries).map(encodeFrame));
}

/** The entries share memory with `bytes`. @throws {RangeError} on bytes that are no log entries. */
export function decodeLogEntries(bytes: Uint8Array): LogEntry[] {
  return [...eachLogEntry(bytes)];
}

/**
 * The entries one by one, for bytes of which somebody else decided how many they have: an entry has four bytes at least, and
 * is some 200 as an object.
 * @throws {RangeError} where the bytes are no log entries any more
 */
export function* eachLogEntry(bytes: Uint8Array): Generator<LogEntry, void, undefined> {
  const reader = new ByteReader(bytes);
  while (!reader.done) {
    const frame = reader.part();
    let n = frame.uvarint();
    let atMs = frame.uvarint();
    for (; !frame.done; n++) {
      const entry = decodeEntry(frame.part(), n, atMs);
      atMs = entry.atMs;
      yield entry;
    }
  }
}

/**
 * Which numbers encoded entries cover, without decoding them; `undefined` for no entries.
 * @throws {RangeError} on bytes that are no log entries.
 */
export function spanOfLogEntries(bytes: Uint8Array): LogSpan | undefined {
  const reader = new ByteReader(bytes);
  if (reader.done) return undefined;
  const { firstN, nextN } = spanOfFrame(reader.part());
  let end = nextN;
  while (!reader.done) end = spanOfFrame(reader.part()).nextN;
  return { firstN, nextN: end };
}

/**
 * The encoded entries without those before `fromN`.
 * @throws {RangeError} on bytes that are no log entries.
 */
export function logEntriesFrom(bytes: Uint8Array, fromN: number): Uint8Array {
  const reader = new ByteReader(bytes);
  while (!reader.done) {
    const start = reader.at;
    const frame = reader.part();
    const { firstN, nextN } = spanOfFrame(new ByteReader(bytes, frame.at, reader.at));
    if (firstN >= fromN) return bytes.subarray(start);
    if (nextN > fromN) return concat([...frameFrom(frame, fromN), reader.rest()]);
  }
  return bytes.subarray(bytes.length);
}

/**
 * The first of the encoded entries: at least one, and no more than hold so many bytes of data, and so many as they are.
 * @throws {RangeError} on bytes that are no log entries.
 */
export function logEntriesWithin(bytes: Uint8Array, dataBytes: number, encodedBytes: number): Uint8Array {
  const reader = new ByteReader(bytes);
  let data = 0;
  for (let taken = 0; !reader.done; ) {
    const start = reader.at;
    const frame = reader.part();
    const numbersAt = frame.at;
    frame.uvarint();
    frame.uvarint();
    const entriesAt = frame.at;
    for (; !frame.done; taken++) {
      const at = frame.at;
      const entry = frame.part();
      channel(entry.byte());
      entry.uvarint();
      entry.uvarint();
      data += frame.at - entry.at;
      if (taken === 0 || (data <= dataBytes && frame.at <= encodedBytes)) continue;
      const before = bytes.subarray(0, start);
      return at === entriesAt ? before : concat([before, ...framed(bytes.subarray(numbersAt, at))]);
    }
  }
  return bytes;
}

function framed(content: Uint8Array): Uint8Array[] {
  const length = new Uint8Array(uvarintSize(content.length));
  putUvarint(length, 0, content.length);
  return [length, content];
}

/** Cuts entries where a new frame has to begin: where numbers do not follow each other or time goes back. */
function runs(entries: readonly LogEntry[]): LogEntry[][] {
  const all: LogEntry[][] = [];
  let before: LogEntry | undefined;
  for (const entry of entries) {
    if (before !== undefined && entry.n === before.n + 1 && entry.atMs >= before.atMs) all.at(-1)!.push(entry);
    else all.push([entry]);
    before = entry;
  }
  return all;
}

function encodeFrame(entries: readonly LogEntry[]): Uint8Array {
  const { n, atMs } = entries[0]!;
  const sizes = entries.map((entry, index) => entrySize(entry, sinceBefore(entries, index)));
  const entriesSize = sizes.reduce((sum, size) => sum + uvarintSize(size) + size, 0);
  const frameSize = uvarintSize(n) + uvarintSize(atMs) + entriesSize;
  const out = new Uint8Array(uvarintSize(frameSize) + frameSize);
  let at = putUvarint(out, 0, frameSize);
  at = putUvarint(out, at, n);
  at = putUvarint(out, at, atMs);
  entries.forEach((entry, index) => {
    at = putEntry(out, putUvarint(out, at, sizes[index]!), entry, sinceBefore(entries, index));
  });
  return out;
}

function sinceBefore(entries: readonly LogEntry[], index: number): number {
  return entries[index]!.atMs - entries[Math.max(0, index - 1)]!.atMs;
}

function entrySize(entry: LogEntry, sinceMs: number): number {
  return 1 + uvarintSize(entry.step) + uvarintSize(sinceMs) + entry.data.length;
}

function putEntry(out: Uint8Array, start: number, entry: LogEntry, sinceMs: number): number {
  out[start] = logKinds.indexOf(entry.kind) * 4 + entry.stream;
  const at = putUvarint(out, putUvarint(out, start + 1, entry.step), sinceMs);
  out.set(entry.data, at);
  return at + entry.data.length;
}

function decodeEntry(entry: ByteReader, n: number, beforeMs: number): LogEntry {
  const [kind, stream] = channel(entry.byte());
  const step = entry.uvarint();
  const atMs = beforeMs + entry.uvarint();
  if (!Number.isSafeInteger(n) || !Number.isSafeInteger(atMs)) throw new RangeError('a number of a log is too large');
  return { n, atMs, kind, step, stream, data: entry.rest() };
}

function channel(byte: number): [LogEntry['kind'], LogStream] {
  const kind = logKinds[byte >> 2];
  const stream = byte & 3;
  if (kind === undefined || stream === 3) throw new RangeError('not a channel of a log');
  return [kind, stream as LogStream];
}

function spanOfFrame(frame: ByteReader): LogSpan {
  const firstN = frame.uvarint();
  frame.uvarint();
  let nextN = firstN;
  for (; !frame.done; nextN++) frame.part();
  return { firstN, nextN };
}

/** The frame without its entries before `fromN`: of those behind the new first one nothing changes. It has an entry of that number. */
function frameFrom(frame: ByteReader, fromN: number): Uint8Array[] {
  let n = frame.uvarint();
  const atMs = frame.uvarint();
  let first = decodeEntry(frame.part(), n, atMs);
  while (n < fromN) first = decodeEntry(frame.part(), ++n, first.atMs);
  const rest = frame.rest();
  const size = entrySize(first, 0);
  const head = uvarintSize(n) + uvarintSize(first.atMs) + uvarintSize(size) + size;
  const out = new Uint8Array(uvarintSize(head + rest.length) + head);
  let at = putUvarint(out, 0, head + rest.length);
  at = putUvarint(out, putUvarint(out, at, n), first.atMs);
  putEntry(out, putUvarint(out, at, size), first, 0);
  return [out, rest];
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
