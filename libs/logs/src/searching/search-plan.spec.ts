import { atOnce, inTurns, type LineDelta } from '@cooperage/domain';
import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { planSearch as slicedPlan } from './search-plan.js';

type Printed = readonly [step: number, openN: number | null];

const planSearch = (chunks: Parameters<typeof slicedPlan>[0], fromN: number) => atOnce(slicedPlan(chunks, fromN));

/** Chunks of ten entries each. */
function survey(...chunks: readonly (readonly [mayHold: boolean, ...printed: Printed[]])[]) {
  return chunks.map(([mayHold, ...printed], at) => ({
    ...{ firstN: at * 10, lastN: at * 10 + 9, firstLine: at, entriesBytes: 1, mayHold },
    lineDeltas: printed.map(([step, openN]): LineDelta => {
      return { step, lines: 1, outputs: [{ stream: 1, openN, style: 0 }] };
    }),
  }));
}

describe('the plan of a search', () => {
  it('looks where the text may be, and skips the rest', () => {
    expect(planSearch(survey([false, [1, null]], [true, [1, null]], [false, [1, null]]), 0)).toEqual([
      'skip',
      'look',
      'skip',
    ]);
  });

  it('joins the chunks in which a line lies that another finishes', () => {
    expect(planSearch(survey([false, [1, 8]], [false, [1, 8]], [true, [1, null]], [false, [1, null]]), 0)).toEqual([
      'join',
      'join',
      'look',
      'skip',
    ]);
    expect(planSearch(survey([false, [1, 8]], [false, [1, 18]], [true, [1, null]]), 0)).toEqual([
      'skip',
      'join',
      'look',
    ]);
  });

  it('does not join a line of an output that a chunk does not finish', () => {
    expect(planSearch(survey([false, [1, 8]], [true, [2, null]], [false, [1, null]]), 0)).toEqual([
      'skip',
      'look',
      'skip',
    ]);
  });

  it('joins the lines that are unfinished where the log ends', () => {
    expect(planSearch(survey([false, [1, 8]], [false, [2, null]], [false, [2, 25]]), 0)).toEqual([
      'join',
      'skip',
      'join',
    ]);
  });

  it('goes on from a place with the lines that began before it', () => {
    expect(planSearch(survey([true, [1, null]], [true, [1, 18]], [true, [1, null]]), 20)).toEqual([
      'skip',
      'join',
      'look',
    ]);
  });

  it('reads everything where lines were not counted', () => {
    const chunks = survey([false, [1, null]], [false, [1, null]], [true, [1, null]]);
    expect(planSearch([{ ...chunks[0]!, lineDeltas: null }, ...chunks.slice(1)], 10)).toEqual(['join', 'look', 'look']);
  });

  it('R4-P1 lets others in where sixteen steps print for an hour without an end of line', async () => {
    const steps = Array.from({ length: 16 }, (_, step) => step);
    const chunks = survey(
      ...Array.from({ length: 20_000 }, () => [true, ...steps.map((step): Printed => [step, 1])] as const),
    );
    expect(await syncStretchRatio(() => inTurns(slicedPlan(chunks, 0)))).toBeLessThan(5);
  });
});
