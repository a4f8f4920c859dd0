import { describe, expect, it } from 'vitest';
import { type CacheLedger, cacheTrend, emptyLedger, netMs, savedShare, sumLedgers } from './ledger.js';

const day = (savedMs: number, ranMs: number, more: Partial<CacheLedger> = {}): CacheLedger => ({
  ...{ ...emptyLedger, builds: 1, savedMs, ranMs },
  ...more,
});

describe('the ledger of a cache', () => {
  it('adds up what was paid and saved, by time', () => {
    const days = [
      day(9_000, 1_000, { importMs: 500, exportBytes: 7 }),
      day(0, 10_000, { exportMs: 2_000, exportBytes: 5 }),
    ];
    const sum = sumLedgers(days);
    expect(sum).toMatchObject({ builds: 2, savedMs: 9_000, ranMs: 11_000, exportBytes: 12 });
    expect(savedShare(sum)).toBe(0.45);
    expect(netMs(sum)).toBe(6_500);
    expect(netMs(day(100, 0, { exportMs: 400 }))).toBe(-300);
    expect(savedShare(emptyLedger)).toBeNull();
  });

  it('says where it goes, and nothing of a half without builds', () => {
    expect(cacheTrend([day(1, 9), emptyLedger, day(9, 1), emptyLedger])).toEqual({
      before: 0.1,
      now: 0.9,
      direction: 'better',
    });
    expect(cacheTrend([day(9, 1), day(5, 5)]).direction).toBe('worse');
    expect(cacheTrend([day(50, 50), day(52, 48)]).direction).toBe('same');
    expect(cacheTrend([emptyLedger, day(1, 1)])).toEqual({ before: null, now: 0.5, direction: 'unknown' });
    expect(cacheTrend([]).direction).toBe('unknown');
  });
});
