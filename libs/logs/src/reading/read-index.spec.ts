import { inTurns } from '@cooperage/domain';
import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import type { IndexedChunk } from '../ports.js';
import { joinChunks } from './read-index.js';

describe('the index of a log', () => {
  it('R4-P1 lets others in while it joins the chunks of two thousand steps that print side by side', async () => {
    const chunks = Array.from(
      { length: 40_000 },
      (_, at): IndexedChunk => ({
        ...{ firstN: at, lastN: at, firstLine: at, entriesBytes: 10 },
        lineDeltas: [{ step: at % 2_000, lines: 1, outputs: [{ stream: 1, openN: null, style: 0 }] }],
      }),
    );
    const work = async () => {
      const segments = await inTurns(joinChunks(chunks));
      expect(segments.flatMap(({ lineDeltas }) => lineDeltas).reduce((sum, { lines }) => sum + lines, 0)).toBe(40_000);
      expect(segments.at(-1)?.nextN).toBe(40_000);
    };
    expect(await syncStretchRatio(work)).toBeLessThan(5);
  });
});
