import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coveredMs } from './intervals.js';

const span = { fromMs: 10, toMs: 20 };

describe('covered time', () => {
  it('counts what lies inside of the span, once', () => {
    expect(coveredMs(span, [])).toBe(0);
    expect(coveredMs(span, [{ fromMs: 0, toMs: 12 }])).toBe(2);
    expect(coveredMs(span, [{ fromMs: 18, toMs: 40 }])).toBe(2);
    expect(coveredMs(span, [{ fromMs: 0, toMs: 100 }])).toBe(10);
    expect(coveredMs(span, [{ fromMs: 20, toMs: 30 }])).toBe(0);
    const overlapping = [
      { fromMs: 11, toMs: 15 },
      { fromMs: 12, toMs: 13 },
      { fromMs: 14, toMs: 16 },
    ];
    expect(coveredMs(span, overlapping)).toBe(5);
  });

  it('is what counting every moment gives', () => {
    const interval = fc.tuple(fc.nat(30), fc.nat(30)).map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length }));
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 8 }), (intervals) => {
        const moments = Array.from({ length: 10 }, (_, at) => span.fromMs + at);
        const counted = moments.filter((moment) =>
          intervals.some(({ fromMs, toMs }) => fromMs <= moment && moment + 1 <= toMs),
        ).length;
        expect(coveredMs(span, intervals)).toBe(counted);
      }),
    );
  });
});
