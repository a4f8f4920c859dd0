import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptId, logFixture, rangeOf, storedEntries, textOf } from '../../spec/log-fixture.js';
import type { MemoryChunkStore } from '../../spec/memory-chunk-store.js';
import { endLostLog } from '../write.js';
import { readLines } from './read-lines.js';

/** Every part becomes a chunk of its own, so that places between chunks are common. */
async function chunked(parts: readonly Uint8Array[]): Promise<MemoryChunkStore> {
  const { store } = logFixture();
  for (const part of parts) {
    const { writer } = logFixture({ chunkStore: store, start: await store.tail(attemptId) });
    await writer.output(1, 1, part.subarray(0, part.length / 2));
    await writer.output(2, 2, part.subarray(part.length / 2));
    await writer.close({ keepOpen: true });
  }
  return store;
}

const lettersAndLines = fc.array(fc.constantFrom(97, 98, 10), { maxLength: 30 }).map((bytes) => Buffer.from(bytes));

describe('reading a range', () => {
  it('gives every entry once when one range begins where the last one ended', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lettersAndLines, { maxLength: 6 }), fc.nat(40), async (parts, maxBytes) => {
        const store = await chunked(parts);
        await store.seal(attemptId, 1);
        const entries = [];
        let range = await rangeOf(store, 0, maxBytes);
        for (; !range.complete; range = await rangeOf(store, range.nextN, maxBytes)) {
          expect(range.entries.length).toBeGreaterThan(0);
          entries.push(...range.entries);
        }
        entries.push(...range.entries);
        expect(textOf(entries).equals(Buffer.concat(parts))).toBe(true);
        expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index));
      }),
      { numRuns: 30 },
    );
  });

  it('is not complete while the log is open, nor before its last entry', async () => {
    const store = await chunked([Buffer.from('ab'), Buffer.from('cd')]);
    expect(await rangeOf(store, 0, 1e6)).toMatchObject({ nextN: 4, complete: false });
    expect(await rangeOf(store, 4, 1e6)).toEqual({ entries: [], nextN: 4, complete: false, more: false });
    await store.seal(attemptId, 1);
    expect(await rangeOf(store, 0, 1)).toMatchObject({ nextN: 1, complete: false, more: true });
    expect(await rangeOf(store, 4, 1e6)).toEqual({ entries: [], nextN: 4, complete: true, more: false });
    expect(await rangeOf(store, 900, 1e6)).toEqual({
      entries: [],
      nextN: 900,
      complete: true,
      more: false,
    });
  });

  it('steps over the hole that a lost worker leaves', async () => {
    const { store, liveBus } = logFixture({});
    await endLostLog({ attemptId, epoch: 2, atMs: 1, reason: 'lost', chunkStore: store, liveBus });
    const range = await rangeOf(store, 0, 1e6);
    expect(range.entries).toHaveLength(1);
    expect(range).toMatchObject({ nextN: (await store.tail(attemptId)).nextN, complete: true });
  });
});

describe('reading lines', () => {
  it('gives exactly the lines that were asked for, at any place', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lettersAndLines, { maxLength: 6 }),
        fc.nat(40),
        fc.nat(10),
        async (parts, first, count) => {
          const store = await chunked(parts);
          const found = [];
          for await (const entry of readLines(store, attemptId, first, count)) found.push(entry);
          const lines = Buffer.concat(parts)
            .toString()
            .split(/(?<=\n)/);
          expect(textOf(found).toString()).toBe(lines.slice(first, first + count).join(''));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('reads no more of a long log than the place needs', async () => {
    const store = await chunked(
      Array.from({ length: 60 }, (_, index) => Buffer.from(`line ${index}\n`.padEnd(40_000, '.'))),
    );
    store.reads = 0;
    const found = [];
    for await (const entry of readLines(store, attemptId, 50, 1)) found.push(entry);
    expect(textOf(found).toString().endsWith('line 50\n')).toBe(true);
    expect(store.reads).toBe(1);
  });
});

it('reads only what was there when it began', async () => {
  const store = await chunked([Buffer.from('ab'), Buffer.from('cd')]);
  const { writer } = logFixture({ chunkStore: store, start: await store.tail(attemptId) });
  const range = store.range.bind(store);
  store.range = async (...place) => {
    store.range = range;
    await writer.output(1, 1, Buffer.from('later'));
    await writer.close();
    return range(...place);
  };
  expect(textOf(await storedEntries(store)).toString()).toBe('abcd');
});
