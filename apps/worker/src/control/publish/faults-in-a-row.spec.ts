import { describe, expect, it } from 'vitest';
import { FaultsInARow } from './faults-in-a-row.js';

describe('R15B-3 faults of a publication', () => {
  it('count from the first one, each key by itself, and anew after a success', () => {
    let now = 1_000_000;
    const faults = new FaultsInARow(() => now);
    expect(faults.note('a')).toEqual({ attempts: 1, ageMs: 0 });
    now += 5_000;
    expect([faults.note('a'), faults.note('b')]).toEqual([
      { attempts: 2, ageMs: 5_000 },
      { attempts: 1, ageMs: 0 },
    ]);
    // It waited for its turn.
    now += 600_000;
    expect(faults.note('a')).toEqual({ attempts: 3, ageMs: 65_000 });
    faults.reset('a');
    expect(faults.note('a')).toEqual({ attempts: 1, ageMs: 0 });
  });

  it('take a bounded number of places', () => {
    const faults = new FaultsInARow(() => 0);
    for (let at = 0; at <= 10_000; at++) faults.note(`${at}`);
    expect([faults.note('0').attempts, faults.note('10000').attempts]).toEqual([1, 2]);
  });
});
