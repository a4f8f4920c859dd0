import { countLineFeeds, encodeLogEntries, LineCounter, type LineDelta, type LogEntry } from '@cooperage/domain';

/** Entries that travel together, encoded once: the same bytes go to the viewers and into the archive. */
export interface LogBatch {
  readonly firstN: number;
  readonly lastN: number;
  readonly firstAtMs: number;
  readonly lines: number;
  readonly textBytes: number;
  readonly lineDeltas: readonly LineDelta[];
  readonly bytes: Uint8Array;
}

/**
 * @param counter has seen all entries before these
 * @throws {RangeError} for no entries.
 */
export function packBatch(entries: readonly LogEntry[], counter = new LineCounter()): LogBatch {
  const first = entries[0];
  if (first === undefined) throw new RangeError('a batch has at least one entry');
  for (const entry of entries) counter.take(entry);
  const text = entries.filter(({ kind }) => kind === 'text');
  return {
    firstN: first.n,
    lastN: first.n + entries.length - 1,
    firstAtMs: first.atMs,
    lines: text.reduce((sum, { data }) => sum + countLineFeeds(data), 0),
    textBytes: text.reduce((sum, { data }) => sum + data.length, 0),
    lineDeltas: counter.cut(),
    bytes: encodeLogEntries(entries),
  };
}
