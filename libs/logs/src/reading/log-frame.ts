import { type LogSpan, logEntriesFrom, spanOfLogEntries } from '@cooperage/domain';

/** Encoded entries and the numbers that they cover. Readers pass frames on without decoding them. */
export interface LogFrame extends LogSpan {
  readonly bytes: Uint8Array;
  /** The same bytes in the form of RFC 1951 (raw deflate), where they were packed once for all viewers. */
  readonly packed?: Uint8Array;
}

/** @returns `undefined` for no entries. @throws {RangeError} on bytes that are no log entries. */
export function frameOf(bytes: Uint8Array): LogFrame | undefined {
  const span = spanOfLogEntries(bytes);
  return span && { ...span, bytes };
}

/** The frame without the entries before `fromN`; `undefined` when nothing is left. */
export function frameFrom(frame: LogFrame, fromN: number): LogFrame | undefined {
  if (frame.nextN <= fromN) return undefined;
  return frame.firstN >= fromN ? frame : frameOf(logEntriesFrom(frame.bytes, fromN));
}
