import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeptAnswer } from './kept-answer.js';

let asked: number;
const tookMs = 100;
const answers = new KeptAnswer(500, async () => {
  const answer = ++asked;
  await new Promise((resolve) => setTimeout(resolve, tookMs));
  if (answer === 4) throw new Error('away');
  return answer;
});

beforeEach(() => {
  vi.useFakeTimers();
  asked = 0;
});
afterEach(async () => {
  await vi.advanceTimersByTimeAsync(2_000);
  vi.useRealTimers();
});

describe('a kept answer', () => {
  it('is found out once for all who want the latest', async () => {
    const first = [answers.latest(), answers.latest()];
    await vi.advanceTimersByTimeAsync(tookMs + 499);
    expect(await Promise.all([...first, answers.latest()])).toEqual([1, 1, 1]);
    await vi.advanceTimersByTimeAsync(1);
    const next = answers.latest();
    await vi.advanceTimersByTimeAsync(tookMs);
    expect(await next).toBe(2);
  });

  it('R17A-4 is found out twice in a second at most, and begun after each call that wants the next', async () => {
    const got: number[][] = [];
    for (let at = 0; at < 3_000; at += 10) {
      const before = asked;
      answers.next().then(
        (answer) => got.push([before, answer]),
        () => got.push([before, 4]),
      );
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(got).toHaveLength(300);
    expect(got.filter(([before, answer]) => answer! <= before!)).toEqual([]);
    expect(asked).toBeLessThanOrEqual(6);
  });
});
