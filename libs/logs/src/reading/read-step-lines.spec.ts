import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { attemptId, logFixture } from '../../spec/log-fixture.js';
import type { ChunkStore } from '../ports.js';
import { failingLineOf } from './failing-line.js';
import { readStepLines } from './read-step-lines.js';

const encode = (text: string) => new TextEncoder().encode(text);
const last = (lines: number) => (count: number) => [count - lines, Infinity] as const;

describe('the lines of one step', () => {
  it('are found behind the noise of the others, with their numbers and outputs', async () => {
    const { writer, store } = logFixture();
    await writer.output(3, 1, encode('first\nsec'));
    await writer.output(3, 2, encode('warned\n'));
    await writer.output(3, 1, encode('ond\n10 %\r50 %\rdone\nleft open'));
    for (let at = 0; at < 400; at++) await writer.output(4, 1, encode(`${'noise '.repeat(500)}\n`));
    await writer.close();
    const lines = await readStepLines(store, attemptId, 3, last(20));
    expect(lines.map(({ number, stream, text }) => [number, stream, text])).toEqual([
      [1, 1, 'first'],
      [2, 2, 'warned'],
      [3, 1, 'second'],
      [4, 1, 'done'],
      [5, 1, 'left open'],
    ]);
    expect(await readStepLines(store, attemptId, 9, last(20))).toEqual([]);
  });

  it('are those that were asked for, anywhere in a log of many chunks', async () => {
    const { writer, store } = logFixture();
    for (let at = 1; at <= 30_000; at++) await writer.output(1, 1, encode(`${'x'.repeat(40)} ${at}\n`));
    await writer.close();
    const lines = await readStepLines(store, attemptId, 1, () => [14_998, 15_002]);
    expect(lines.map(({ number, text }) => [number, text.slice(41)])).toEqual([
      [14_999, '14999'],
      [15_000, '15000'],
      [15_001, '15001'],
      [15_002, '15002'],
    ]);
    expect((await readStepLines(store, attemptId, 1, last(2))).map(({ number }) => number)).toEqual([29_999, 30_000]);
  });
});

describe('the lines of one step among many', () => {
  it('R4-P1 are looked for without joining what all steps printed before each segment', async () => {
    // Few enough that the garbage collector, which stops all work, has little to do in a round.
    const [segments, stepsOfEach] = [500, 25];
    const delta = (step: number) => ({ step, lines: 1, outputs: [{ stream: 1, openN: null, style: 0 }] });
    const chunks = Array.from({ length: segments }, (_, at) => ({
      ...{ firstN: at, lastN: at, entriesBytes: 65_536 },
      lineDeltas: Array.from({ length: stepsOfEach }, (_, step) => delta(at * stepsOfEach + step)),
    }));
    const store = {
      tail: async () => ({ nextN: segments, lines: 0, textBytes: 0, complete: true }),
      index: async (_attempt: string, fromN: number, limit: number) => chunks.slice(fromN, fromN + limit),
    } as unknown as ChunkStore;
    const work = async () => {
      const counts: number[] = [];
      await readStepLines(store, 'a', segments * stepsOfEach, (count) => {
        counts.push(count);
        return [0, count];
      });
      expect(counts).toEqual([0]);
    };
    expect(await syncStretchRatio(work)).toBeLessThan(5);
  });
});

describe('the line that says why a step failed', () => {
  it('is found at the end of a long step, masked as all of the log is', async () => {
    const { writer, store } = logFixture({ secrets: [{ name: 'TOKEN', value: 'hunter2hunter2' }] as never });
    for (let at = 1; at <= 2_000; at++) await writer.output(1, 1, encode(`line ${at}\n`));
    await writer.output(1, 2, encode('fatal: hunter2hunter2 is no name\n'));
    await writer.output(1, 1, encode('bye\n'));
    await writer.close();
    const line = await failingLineOf(store, attemptId, 1);
    expect(line?.number).toBe(2_001);
    expect(line?.text).toMatch(/^fatal: .* is no name$/);
    expect(line?.text).not.toContain('hunter2');
    expect(await failingLineOf(store, attemptId, 2)).toBeUndefined();
  });
});
