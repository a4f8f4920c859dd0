import { inTurns, type LineDelta } from '@cooperage/domain';
import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import type { ChunkStore, IndexedChunk } from '../ports.js';
import { ChunkJoiner, type LogSegment, readIndex } from './read-index.js';

const lineOf = (step: number): LineDelta => ({ step, lines: 1, outputs: [{ stream: 1, openN: null, style: 0 }] });
const chunksOf = (count: number, entriesBytes: number, lineDeltas: (at: number) => readonly LineDelta[]) =>
  Array.from(
    { length: count },
    (_, at): IndexedChunk => ({ firstN: at, lastN: at, entriesBytes, lineDeltas: lineDeltas(at) }),
  );
const deltasOf = (segments: readonly LogSegment[]) => segments.flatMap(({ lineDeltas }) => lineDeltas);
const linesOf = (segments: readonly LogSegment[]) => deltasOf(segments).reduce((sum, { lines }) => sum + lines, 0);

/** A log of these chunks, and how many of them were asked for at once. */
function logOf(chunks: readonly IndexedChunk[]) {
  const limits: number[] = [];
  const store = {
    tail: async () => ({ nextN: chunks.length, lines: 0, textBytes: 0, complete: true }),
    index: async (_attempt: string, fromN: number, limit: number) => {
      limits.push(limit);
      return chunks.slice(fromN, fromN + limit);
    },
  } as unknown as ChunkStore;
  return { read: () => readIndex(store, 'a'), limits };
}

describe('the index of a log', () => {
  it('R4-P1 lets others in while it joins the chunks of two thousand steps that print side by side', async () => {
    const chunks = chunksOf(40_000, 10, (at) => [lineOf(at % 2_000)]);
    const work = async () => {
      const joiner = new ChunkJoiner();
      await inTurns(joiner.add(chunks));
      const segments = await inTurns(joiner.segments());
      expect(linesOf(segments)).toBe(40_000);
      expect(segments.at(-1)?.nextN).toBe(40_000);
    };
    expect(await syncStretchRatio(work)).toBeLessThan(5);
  });

  it('R4-P1 is read some thousand chunks at a time', async () => {
    const { read, limits } = logOf(chunksOf(5_000, 65_536, () => [lineOf(1)]));
    const { segments, nextN, complete } = await read();
    expect([nextN, complete, linesOf(segments)]).toEqual([5_000, true, 5_000]);
    expect(Math.max(...limits)).toBeLessThanOrEqual(2_000);
    for (const [at, segment] of segments.entries()) expect(segment.firstN).toBe(segments[at - 1]?.nextN ?? 0);
    expect(segments.length).toBeGreaterThan(1_000);
    expect(segments.length).toBeLessThanOrEqual(2_048);
    expect(segments.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(5_000 * 65_536);
  });

  it('R16A-1 goes on where a page had fewer chunks than were asked for, since their counts are bounded in bytes', async () => {
    const asked: number[] = [];
    const chunks = chunksOf(500, 65_536, () => [lineOf(1)]);
    const store = {
      tail: async () => ({ nextN: chunks.length, lines: 0, textBytes: 0, complete: true }),
      index: async (_attempt: string, fromN: number, _limit: number, countBytes: number) => {
        asked.push(countBytes);
        return chunks.slice(fromN, fromN + 7);
      },
    } as unknown as ChunkStore;
    const { segments, nextN, complete } = await readIndex(store, 'a');
    expect([nextN, complete, linesOf(segments)]).toEqual([500, true, 500]);
    expect(Math.max(...asked)).toBeLessThanOrEqual(4 * 1_048_576);
  });

  it('R16A-1 ends before it holds more counts than any honest log has', async () => {
    const { read, limits } = logOf(
      chunksOf(10_000, 65_536, (at) => Array.from({ length: 300 }, (_, step) => lineOf(at * 300 + step))),
    );
    const { segments, nextN, complete } = await read();
    expect(deltasOf(segments).length).toBeLessThan(302_000);
    expect([linesOf(segments), complete]).toEqual([nextN * 300, false]);
    expect(limits.length).toBeLessThan(3);
  });

  it('R4-P1 has a bounded answer for steps that all print all the time', async () => {
    const all = Array.from({ length: 400 }, (_, step) => lineOf(step));
    const { segments } = await logOf(chunksOf(2_000, 65_536, () => all)).read();
    expect(linesOf(segments)).toBe(2_000 * 400);
    expect(deltasOf(segments).length).toBeLessThanOrEqual(200_000);
    expect(segments.length).toBeGreaterThan(100);
  });

  it('R4-P1 goes on where each segment has steps of its own', async () => {
    const { segments } = await logOf(
      chunksOf(1_000, 65_536, (at) => Array.from({ length: 300 }, (_, step) => lineOf(at * 300 + step))),
    ).read();
    expect(deltasOf(segments)).toHaveLength(300_000);
  });
});
