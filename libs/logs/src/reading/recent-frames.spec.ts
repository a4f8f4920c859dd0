import { encodeLogEntries } from '@cooperage/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameFrom, type LogFrame } from './log-frame.js';
import { RecentFrames } from './recent-frames.js';

const frame = (firstN: number, nextN: number): LogFrame => {
  const entries = Array.from({ length: nextN - firstN }, (_, index) => {
    return { n: firstN + index, atMs: 0, kind: 'text', step: 1, stream: 1, data: Buffer.from('x') } as const;
  });
  return { firstN, nextN, bytes: encodeLogEntries(entries) };
};
/** Frames of one log: they follow each other. */
const frames = fc
  .uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 })
  .map((borders) => borders.toSorted((one, other) => one - other))
  .map((borders) => borders.map((border, index) => frame(borders[index - 1] ?? 0, border)));

describe('the newest frames of a log', () => {
  it('finds every number that arrived, however frames are doubled, lost and reordered', () => {
    fc.assert(
      fc.property(
        frames.chain((all) => fc.tuple(fc.constant(all), fc.array(fc.constantFrom(...all), { maxLength: 30 }))),
        ([all, arrivals]) => {
          const recent = new RecentFrames(1_000_000);
          const known = new Set<LogFrame>();
          for (const each of arrivals) {
            expect(recent.add(each)).toBe(!known.has(each));
            known.add(each);
          }
          for (const each of all)
            for (let n = each.firstN; n < each.nextN; n++)
              expect(recent.holding(n)).toBe(known.has(each) ? each : undefined);
          expect(recent.nextN).toBe(Math.max(0, ...[...known].map(({ nextN }) => nextN)));
        },
      ),
    );
  });

  it('lets the oldest go when it holds too much, and does not take them back', () => {
    const recent = new RecentFrames(3 * 300);
    for (let n = 0; n < 10; n++) recent.add(frame(n, n + 1));
    expect(recent.evictedN).toBe(7);
    expect(recent.holding(6)).toBeUndefined();
    expect(recent.holding(7)).toBeDefined();
    expect(recent.add(frame(3, 4))).toBe(false);
    expect(recent.nextN).toBe(10);
  });

  it('R17C-7 keeps none that is too large by itself, and still knows where it ended', () => {
    const recent = new RecentFrames(10);
    expect(recent.add(frame(0, 4))).toBe(true);
    expect(recent.holding(3)).toBeUndefined();
    expect([recent.nextN, recent.evictedN]).toEqual([4, 4]);
  });
});

it('cuts a frame at a number', () => {
  expect(frameFrom(frame(3, 6), 6)).toBeUndefined();
  expect(frameFrom(frame(3, 6), 1)).toEqual(frame(3, 6));
  const cut = frameFrom(frame(3, 6), 4)!;
  expect({ ...cut, bytes: Buffer.from(cut.bytes) }).toEqual({ ...frame(4, 6), bytes: Buffer.from(frame(4, 6).bytes) });
});
