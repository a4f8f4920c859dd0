import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { zstdCompressSync } from 'node:zlib';
import { encodeLogEntries, type LogEntry, logEntriesFrom, spanOfLogEntries } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { attemptId } from '../../spec/log-fixture.js';
import { MemoryChunkStore } from '../../spec/memory-chunk-store.js';
import { searchLog } from '../searching/search-log.js';
import { logEvents } from './as-events.js';
import { readEntries } from './read-entries.js';
import { readLines } from './read-lines.js';
import { readRange } from './read-range.js';
import { readStepLines } from './read-step-lines.js';
import { followedText } from './whole-log.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Entries without a byte of data: four bytes each, and an object of some two hundred. */
const count = 524_288;
const chunkBytes = frameOf(Uint8Array.of(3, 1, 1, 0));
const letterBytes = frameOf(Uint8Array.of(4, 1, 1, 0, 97));

function frameOf(entry: Uint8Array): Uint8Array {
  // The length of the frame as a uvarint of four bytes, then `n` and `atMs`, both 0.
  const size = 2 + count * entry.length;
  const length = [size & 0x7f, (size >> 7) & 0x7f, (size >> 14) & 0x7f].map((part) => part | 0x80);
  const bytes = new Uint8Array(4 + size);
  bytes.set([...length, size >> 21, 0, 0]);
  for (let at = 0; at < count; at++) bytes.set(entry, 6 + at * entry.length);
  return bytes;
}

async function forged(bytes = chunkBytes, lastN = count - 1): Promise<MemoryChunkStore> {
  const store = new MemoryChunkStore();
  await store.append({
    ...{ attemptId, epoch: 1, firstN: 0, lastN, firstAtMs: 0, firstLine: 0, lines: 0, firstTextByte: 0 },
    ...{ textBytes: 0, entriesBytes: bytes.length, trigrams: null, payload: zstdCompressSync(bytes) },
    lineDeltas: [{ step: 1, lines: 0, outputs: [{ stream: 1, openN: null, style: 0 }] }],
  });
  await store.seal(attemptId, 1);
  return store;
}

/** The most that the work holds at a time: what is still in use when memory is looked at from within. */
async function heldBytes(work: (look: () => void) => unknown): Promise<number> {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  await work(() => {
    collectGarbage();
    most = Math.max(most, process.memoryUsage().heapUsed - before);
  });
  return most;
}

/** Goes through what is read, and looks at the first and at the last but one of a few. */
async function through(parts: AsyncIterable<unknown>, look: () => void): Promise<void> {
  let taken = 0;
  for await (const _part of parts) if (taken++ === 1) look();
}

async function* events(bytes: Uint8Array) {
  yield { kind: 'frame', attempt: 1, firstN: 0, nextN: count, bytes } as const;
}

describe('R16A-2 a chunk of half a million entries without data', () => {
  const mostBytes = 20 * 1_048_576;
  const options = { fromN: 0, limit: 10, budgetMs: 60_000, signal: new AbortController().signal };

  it.each<[string, (store: MemoryChunkStore, look: () => void) => unknown]>([
    ['all entries', (store, look) => through(readEntries(store, attemptId), look)],
    ['a followed log as events', (_store, look) => through(logEvents(events(chunkBytes)), look)],
    ['a followed log as text', (_store, look) => through(followedText(events(letterBytes)), look)],
  ])('R16A-2 is read one by one: %s', async (_name, read) => {
    const store = await forged();
    let looked = 0;
    const held = await heldBytes((look) =>
      read(store, () => {
        looked++;
        look();
      }),
    );
    expect(looked).toBe(1);
    expect(held).toBeLessThan(mostBytes);
  });

  it('R16A-2 has ranges that are bounded by what they hold, and go on', async () => {
    const store = await forged();
    const held = await heldBytes(async (look) => {
      const { bytes, nextN, ...place } = await readRange(store, attemptId, 10, 262_144);
      look();
      expect(bytes.length).toBeLessThanOrEqual(524_288 + 16);
      expect(spanOfLogEntries(bytes)).toEqual({ firstN: 10, nextN });
      expect(nextN).toBeGreaterThan(100_000);
      expect(place).toEqual({ complete: false, more: true });
    });
    expect(held).toBeLessThan(mostBytes);
  });

  it('R16A-2 is cut, searched and drawn without an object for each of them', async () => {
    const store = await forged();
    collectGarbage();
    const first = process.memoryUsage().heapUsed;
    let most = 0;
    // A list of all would be a hundred MB.
    const watch = setInterval(() => {
      collectGarbage();
      most = Math.max(most, process.memoryUsage().heapUsed - first);
    }, 20);
    try {
      const query = { text: 'zz', isRegex: false, matchCase: false };
      expect(await searchLog(store, attemptId, query, options)).toMatchObject({ count: 0, nextN: null });
    } finally {
      clearInterval(watch);
    }
    expect(most).toBeLessThan(mostBytes);
    expect(spanOfLogEntries(logEntriesFrom(chunkBytes, 5))).toEqual({ firstN: 5, nextN: count });
    const lines = readLines(store, attemptId, 0, 10);
    expect(await lines.next()).toEqual({ done: true, value: undefined });
    expect(await readStepLines(store, attemptId, 1, () => [0, Infinity])).toEqual([]);
  });

  it('R16A-2 of a new step in each entry is searched as far as an honest log has steps', async () => {
    const data = Buffer.from('zz\n');
    const entries = Array.from(
      { length: 20_000 },
      (_, n): LogEntry => ({ n, atMs: 0, kind: 'text', step: n, stream: 1, data }),
    );
    const store = await forged(encodeLogEntries(entries), entries.length - 1);
    const query = { text: 'zz', isRegex: false, matchCase: false };
    expect(await searchLog(store, attemptId, query, options)).toMatchObject({ count: 16_384, nextN: null });
  });
});
