import { eachLogEntry, type LogEntry } from '@cooperage/domain';
import { unpackChunk } from '../chunk-unpacker.js';
import type { ChunkStore, StoredChunk } from '../ports.js';

const readAheadBytes = 131_072;

/**
 * Lines of the log's text, counted in the order of its entries: `count` lines from `firstLine` (from 0) on. The first
 * and the last entry are cut, so that their text together is exactly these lines. Notices in between are left out.
 * Costs the same at any depth: the archive finds the place by its line.
 */
export async function* readLines(
  store: ChunkStore,
  attemptId: string,
  firstLine: number,
  count: number,
): AsyncGenerator<LogEntry> {
  if (count <= 0) return;
  let line: number | undefined;
  for await (const chunk of chunksFrom(store, attemptId, await store.find(attemptId, 'line', firstLine))) {
    line ??= chunk.firstLine;
    for (const entry of eachLogEntry(unpackChunk(chunk))) {
      if (entry.kind !== 'text') continue;
      const part = cutLines(entry.data, firstLine - line, firstLine + count - line);
      line += part.lineFeeds;
      if (part.data.length > 0) yield { ...entry, data: part.data };
      if (line >= firstLine + count) return;
    }
  }
}

async function* chunksFrom(store: ChunkStore, attemptId: string, fromN: number): AsyncGenerator<StoredChunk> {
  for (let n = fromN; ; ) {
    const chunks = await store.range(attemptId, n, readAheadBytes);
    if (chunks.length === 0) return;
    yield* chunks;
    n = chunks.at(-1)!.lastN + 1;
  }
}

/** The bytes from behind the `from`-th line feed up to and with the `to`-th one, both counted from 1. */
function cutLines(data: Uint8Array, from: number, to: number): { data: Uint8Array; lineFeeds: number } {
  let start = from <= 0 ? 0 : data.length;
  let lineFeeds = 0;
  for (let at = data.indexOf(10); at !== -1; at = data.indexOf(10, at + 1)) {
    lineFeeds++;
    if (lineFeeds === from) start = at + 1;
    if (lineFeeds === to) return { data: data.subarray(start, at + 1), lineFeeds };
  }
  return { data: data.subarray(start), lineFeeds };
}
