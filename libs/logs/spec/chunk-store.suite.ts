import { beforeEach, describe, expect, it } from 'vitest';
import type { ChunkStore, LogChunk } from '../src/ports.js';
import { TrigramSet, trigramsOf } from '../src/searching/trigrams.js';

export interface ChunkStoreUnderTest {
  readonly store: ChunkStore;
  /** An attempt without a log, of epoch 1. Every call gives another one. */
  newAttempt(): Promise<string>;
}

/** What every archive promises. The store in memory and the one on PostgreSQL pass the same tests. */
export function describeChunkStore(name: string, open: () => Promise<ChunkStoreUnderTest>): void {
  describe(name, () => {
    let store: ChunkStore;
    let attemptId: string;
    const chunk = (firstN: number, lastN: number, change: Partial<LogChunk> = {}): LogChunk => ({
      attemptId,
      epoch: 1,
      firstN,
      lastN,
      firstAtMs: firstN * 10,
      firstLine: firstN,
      lines: lastN - firstN + 1,
      firstTextByte: firstN * 100,
      textBytes: (lastN - firstN + 1) * 100,
      entriesBytes: 1000,
      lineDeltas: [{ step: 1, lines: lastN - firstN + 1, outputs: [{ stream: 1, openN: null, style: 0 }] }],
      trigrams: null,
      payload: Buffer.from(`entries ${firstN} to ${lastN}\0\xff`, 'latin1'),
      ...change,
    });

    const survey = (trigrams: readonly number[], countBytes = 10_000) =>
      store.survey(attemptId, { trigrams, limit: 1_000, countBytes });

    beforeEach(async () => {
      const opened = await open();
      store = opened.store;
      attemptId = await opened.newAttempt();
    });

    it('gives zeros for an attempt without chunks', async () => {
      expect(await store.tail(attemptId)).toEqual({ nextN: 0, lines: 0, textBytes: 0, complete: false });
      expect(await store.range(attemptId, 0, 1_000_000)).toEqual([]);
      expect(await store.find(attemptId, 'line', 10)).toBe(0);
    });

    it('gives back what was appended, byte for byte, and where it ends', async () => {
      expect(await store.append(chunk(0, 9))).toBe('stored');
      expect(await store.append(chunk(10, 10))).toBe('stored');
      const [first, second, none] = await store.range(attemptId, 0, 1_000_000);
      expect(first).toMatchObject({
        firstN: 0,
        lastN: 9,
        firstAtMs: 0,
        firstLine: 0,
        firstTextByte: 0,
        entriesBytes: 1000,
      });
      expect(second).toMatchObject({ firstN: 10, lastN: 10, firstAtMs: 100, firstLine: 10, firstTextByte: 1000 });
      expect(Buffer.compare(second!.payload, chunk(10, 10).payload)).toBe(0);
      expect(none).toBeUndefined();
      expect(await store.tail(attemptId)).toEqual({ nextN: 11, lines: 11, textBytes: 1100, complete: false });
    });

    it('takes a repeated chunk as done', async () => {
      await store.append(chunk(0, 9));
      await store.append(chunk(10, 19));
      expect(await store.append(chunk(0, 9))).toBe('stored');
      expect(await store.append(chunk(10, 19))).toBe('stored');
      expect(await store.range(attemptId, 0, 1_000_000)).toHaveLength(2);
      expect(await store.tail(attemptId)).toMatchObject({ nextN: 20, lines: 20, textBytes: 2000 });
    });

    it('lets one of two that append the same numbers win', async () => {
      const outcomes = await Promise.all([
        store.append(chunk(0, 9)),
        store.append(chunk(0, 9)),
        store.append(chunk(0, 4)),
      ]);
      expect(outcomes).toContain('stored');
      expect(await store.range(attemptId, 0, 1_000_000)).toHaveLength(1);
    });

    it('fences an older epoch once a newer one has written', async () => {
      await store.append(chunk(0, 9));
      expect(await store.append(chunk(10, 10, { epoch: 2 }))).toBe('stored');
      expect(await store.append(chunk(11, 12, { epoch: 1 }))).toBe('fenced');
      expect(await store.seal(attemptId, 1)).toBe('fenced');
      expect(await store.tail(attemptId)).toMatchObject({ nextN: 11, complete: false });
    });

    it('fences a writer over whose place another has gone on', async () => {
      await store.append(chunk(0, 9));
      await store.append(chunk(1000, 1000));
      expect(await store.append(chunk(10, 19))).toBe('fenced');
      expect(await store.tail(attemptId)).toMatchObject({ nextN: 1001 });
    });

    it('takes nothing into a sealed log', async () => {
      await store.append(chunk(0, 9));
      expect(await store.seal(attemptId, 1)).toBe('stored');
      expect(await store.seal(attemptId, 1)).toBe('stored');
      expect(await store.append(chunk(10, 19))).toBe('fenced');
      expect(await store.append(chunk(10, 19, { epoch: 2 }))).toBe('fenced');
      expect(await store.tail(attemptId)).toMatchObject({ nextN: 10, complete: true });
    });

    it('seals a log that holds nothing', async () => {
      expect(await store.seal(attemptId, 1)).toBe('stored');
      expect(await store.tail(attemptId)).toMatchObject({ nextN: 0, complete: true });
    });

    it('reads on from any number, over a hole too, within the limit but at least one chunk', async () => {
      await store.append(chunk(0, 9));
      await store.append(chunk(10, 19));
      await store.append(chunk(500, 509));
      const firsts = async (fromN: number, limitBytes: number) =>
        (await store.range(attemptId, fromN, limitBytes)).map(({ firstN }) => firstN);
      expect(await firsts(9, 1_000_000)).toEqual([0, 10, 500]);
      expect(await firsts(10, 2000)).toEqual([10, 500]);
      expect(await firsts(10, 1999)).toEqual([10]);
      expect(await firsts(15, 1)).toEqual([10]);
      expect(await firsts(20, 1_000_000)).toEqual([500]);
      expect(await firsts(510, 1_000_000)).toEqual([]);
    });

    it('finds the chunk before a line or a byte', async () => {
      await store.append(chunk(0, 9));
      await store.append(chunk(10, 19, { lines: 0 }));
      await store.append(chunk(20, 29, { firstLine: 10, lines: 5, firstTextByte: 2000 }));
      expect(await store.find(attemptId, 'line', 0)).toBe(0);
      expect(await store.find(attemptId, 'line', 10)).toBe(0);
      expect(await store.find(attemptId, 'line', 11)).toBe(20);
      expect(await store.find(attemptId, 'textByte', 1000)).toBe(0);
      expect(await store.find(attemptId, 'textByte', 1001)).toBe(10);
      expect(await store.find(attemptId, 'textByte', 999_999)).toBe(20);
    });

    it('gives the index of all chunks', async () => {
      const lineDeltas = [{ step: 3, lines: 7, outputs: [{ stream: 2, openN: 12, style: 5 }] }] as const;
      await store.append(chunk(0, 9));
      await store.append(chunk(10, 19, { lineDeltas, entriesBytes: 7 }));
      const index = await store.index(attemptId, 0, 10, 10_000);
      expect(index).toMatchObject([
        { firstN: 0, lastN: 9, entriesBytes: 1000, lineDeltas: chunk(0, 9).lineDeltas },
        { firstN: 10, lastN: 19, entriesBytes: 7, lineDeltas },
      ]);
      expect(await store.index(attemptId, 0, 1, 10_000)).toMatchObject([{ firstN: 0 }]);
      expect(await store.index(attemptId, 10, 1, 10_000)).toMatchObject([{ firstN: 10 }]);
      expect(await store.index(attemptId, 1, 10, 10_000)).toMatchObject([{ firstN: 10 }]);
    });

    it('tells which chunks may hold a text, and gives the ones that are asked for', async () => {
      const set = (text: string): Uint8Array => {
        const trigrams = new TrigramSet();
        trigrams.add(text);
        return trigrams.cut();
      };
      await store.append(chunk(0, 9, { trigrams: set('a needle in a haystack') }));
      await store.append(chunk(10, 19, { trigrams: set('nothing here') }));
      await store.append(chunk(20, 29));
      await store.append(chunk(30, 39, { trigrams: set('') }));
      const held = async (text: string) => (await survey(trigramsOf(text))).map(({ mayHold }) => mayHold);
      expect(await held('NEEDLE')).toEqual([true, false, true, false]);
      expect(await held('here')).toEqual([false, true, true, false]);
      expect(await held('ne')).toEqual([true, true, true, true]);
      const [, second] = await survey([]);
      const { lineDeltas } = chunk(10, 19);
      expect(second).toMatchObject({ firstN: 10, lastN: 19, firstLine: 10, entriesBytes: 1000, lineDeltas });
      const picked = await store.pick(attemptId, [30, 10, 15]);
      expect(picked.map(({ firstN }) => firstN)).toEqual([10, 30]);
      expect(Buffer.compare(picked[0]!.payload, chunk(10, 19).payload)).toBe(0);
      expect(await store.pick(attemptId, [])).toEqual([]);
    });

    it('R17C-1 chooses chunks by what is stored, not only by what they say', async () => {
      const forged = { entriesBytes: 0, payload: Buffer.alloc(40_000) };
      for (const n of [0, 1, 2, 3]) await store.append(chunk(n, n, forged));
      const read = async (limitBytes: number) =>
        (await store.range(attemptId, 0, limitBytes)).map(({ firstN, payload }) => [firstN, payload.length]);
      expect(await read(1)).toEqual([[0, 40_000]]);
      expect(await read(100_000)).toEqual([
        [0, 40_000],
        [1, 40_000],
      ]);
      expect((await survey([])).map(({ entriesBytes }) => entriesBytes)).toEqual([40_000, 40_000, 40_000, 40_000]);
    });

    it('R17C-8 surveys no more chunks than are wanted', async () => {
      for (const n of [0, 1, 2, 3]) await store.append(chunk(n, n));
      const some = await store.survey(attemptId, { trigrams: [], limit: 3, countBytes: 10_000 });
      expect(some.map(({ firstN }) => firstN)).toEqual([0, 1, 2]);
    });

    it('R16A-1 gives counts of no more bytes than are wanted, fewer chunks or none of the counts', async () => {
      const outputs = [1, 2].map((stream) => ({ stream: stream as 1 | 2, openN: null, style: 0 }));
      const of = (steps: number) => Array.from({ length: steps }, (_, step) => ({ step, lines: 1, outputs }));
      await store.append(chunk(0, 9, { lineDeltas: of(100) }));
      await store.append(chunk(10, 19, { lineDeltas: of(3) }));
      await store.append(chunk(20, 29, { lineDeltas: of(3) }));
      await store.append(chunk(30, 39, { lineDeltas: of(3) }));
      const paged = async (fromN: number, countBytes: number) =>
        (await store.index(attemptId, fromN, 10, countBytes)).map(({ firstN, lineDeltas }) => [
          firstN,
          lineDeltas?.length ?? null,
        ]);
      expect(await paged(0, 100_000)).toEqual([
        [0, 100],
        [10, 3],
        [20, 3],
        [30, 3],
      ]);
      expect(await paged(10, 900)).toEqual([
        [10, 3],
        [20, 3],
      ]);
      expect(await paged(0, 900)).toEqual([[0, null]]);
      const surveyed = async (countBytes: number) =>
        (await survey([], countBytes)).map(({ firstN, lineDeltas }) => [firstN, lineDeltas?.length ?? null]);
      expect(await surveyed(100_000)).toEqual([
        [0, 100],
        [10, 3],
        [20, 3],
        [30, 3],
      ]);
      expect(await surveyed(900)).toEqual([
        [0, null],
        [10, null],
        [20, null],
        [30, null],
      ]);
    });

    it('keeps logs apart', async () => {
      const other = await (await open()).newAttempt();
      await store.append(chunk(0, 9));
      await store.append(chunk(0, 4, { attemptId: other }));
      expect((await store.tail(attemptId)).nextN).toBe(10);
      expect((await store.tail(other)).nextN).toBe(5);
    });
  });
}
