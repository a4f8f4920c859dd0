/**
 * One entry of a build's log, and its binary form. The same bytes are stored, sent over the socket and read in the
 * browser, so this file uses nothing of Node.
 *
 * Frame: `uvarint length` then `uvarint n, uvarint atMs, byte kind, uvarint step, byte stream, data…`.
 */
export const logKinds = ['text', 'notice'] as const;
export type LogKind = (typeof logKinds)[number];

export interface LogEntry {
  /** Sequence number inside the attempt, from 0, without gaps. The cursor of a log is (attempt, n). */
  readonly n: number;
  /** Milliseconds since the attempt was claimed, never negative. */
  readonly atMs: number;
  /**
   * `text`: bytes that a step printed. `notice`: the service speaks (JSON, see `LogNotice`). The channels are apart, so
   * that no step's output can pass for the service's word.
   */
  readonly kind: LogKind;
  /** Ordinal of the step inside the attempt, from 1; 0 for the build as a whole. */
  readonly step: number;
  /** 1 standard output, 2 standard error, 0 for notices. */
  readonly stream: 0 | 1 | 2;
  /** Bytes exactly as printed (secrets masked); may hold parts of lines, many lines, and invalid UTF-8. */
  readonly data: Uint8Array;
}

export type LogNotice =
  | { readonly code: 'clipped'; readonly droppedBytes: number; readonly limitBytes: number }
  | { readonly code: 'message'; readonly text: string }
  | { readonly code: 'attempt_lost'; readonly reason: string };

export function encodeLogEntries(entries: readonly LogEntry[]): Uint8Array {
  let size = 0;
  const bodies = entries.map((entry) => {
    const body = bodySize(entry);
    size += uvarintSize(body) + body;
    return body;
  });
  const out = new Uint8Array(size);
  let at = 0;
  entries.forEach((entry, index) => {
    at = putUvarint(out, at, bodies[index]!);
    at = putUvarint(out, at, entry.n);
    at = putUvarint(out, at, entry.atMs);
    out[at++] = logKinds.indexOf(entry.kind);
    at = putUvarint(out, at, entry.step);
    out[at++] = entry.stream;
    out.set(entry.data, at);
    at += entry.data.length;
  });
  return out;
}

/** @throws {RangeError} on bytes that are no log entries. */
export function decodeLogEntries(bytes: Uint8Array): LogEntry[] {
  const entries: LogEntry[] = [];
  let at = 0;
  const next = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined || scale > 2 ** 49) throw new RangeError('broken log frame');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  };
  while (at < bytes.length) {
    const end = next() + at;
    if (end > bytes.length) throw new RangeError('broken log frame');
    const n = next();
    const atMs = next();
    const kind = logKinds[bytes[at++] ?? -1];
    const step = next();
    const stream = bytes[at++];
    if (kind === undefined || (stream !== 0 && stream !== 1 && stream !== 2) || at > end)
      throw new RangeError('broken log frame');
    entries.push({ n, atMs, kind, step, stream, data: bytes.subarray(at, end) });
    at = end;
  }
  return entries;
}

function bodySize(entry: LogEntry): number {
  return uvarintSize(entry.n) + uvarintSize(entry.atMs) + uvarintSize(entry.step) + 2 + entry.data.length;
}

function uvarintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

function putUvarint(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  let index = at;
  while (rest >= 128) {
    out[index++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  out[index++] = rest;
  return index;
}
