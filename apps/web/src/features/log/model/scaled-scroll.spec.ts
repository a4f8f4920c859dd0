import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barHeight, mostPixels, placeAfter, placeAt } from './scaled-scroll';

const long = { height: 20_000_000, view: 600 };
const short = { height: 20_000, view: 600 };

describe('scaled scroll', () => {
  it('is plain scrolling while the browser can hold the height', () => {
    expect(barHeight(short)).toBe(20_000);
    expect(placeAfter(short, { top: 0, barTop: 0 }, 12_345)).toEqual({ top: 12_345, barTop: 12_345 });
    expect(placeAt(short, 12_345)).toEqual({ top: 12_345, barTop: 12_345 });
  });

  it('goes on by pixels where a short log has grown above what is shown, and is plain again after a jump', () => {
    const grown = { top: 900, barTop: 100 };
    expect(placeAfter(short, grown, 60)).toEqual({ top: 860, barTop: 60 });
    expect(placeAfter(short, grown, 0)).toEqual({ top: 800, barTop: 0 });
    expect(placeAfter(short, { top: 20, barTop: 100 }, 0)).toEqual({ top: 0, barTop: 0 });
    expect(placeAfter(short, grown, 9_000)).toEqual({ top: 9_000, barTop: 9_000 });
  });

  it('moves by pixels with the wheel and by its share with the thumb', () => {
    expect(barHeight(long)).toBe(mostPixels);
    const middle = placeAt(long, 10_000_000);
    expect(placeAfter(long, middle, middle.barTop + 100).top).toBe(10_000_100);
    expect(placeAfter(long, middle, middle.barTop - 100).top).toBe(9_999_900);
    expect(placeAfter(long, middle, (mostPixels - 600) / 4).top).toBeCloseTo((long.height - 600) / 4, 0);
  });

  it('reaches both ends', () => {
    expect(placeAt(long, Number.MAX_SAFE_INTEGER)).toEqual({ top: long.height - 600, barTop: mostPixels - 600 });
    expect(placeAfter(long, placeAt(long, 500), 0).top).toBe(0);
    expect(placeAfter(long, placeAt(long, 500), mostPixels - 600).top).toBe(long.height - 600);
  });

  it('never leaves the log, whatever is scrolled', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(mostPixels - 600)), fc.nat(long.height), (bars, start) => {
        let place = placeAt(long, start);
        for (const bar of bars) {
          place = placeAfter(long, place, bar);
          expect(place.top).toBeGreaterThanOrEqual(0);
          expect(place.top).toBeLessThanOrEqual(long.height - long.view);
        }
      }),
    );
  });
});
