import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alwaysKept, overBudget, type StoredCache } from './cache-budget.js';
import { HeldBlobs } from './held-blobs.js';
import { type Zone, zones } from './zone.js';

const entry = (zone: Zone, ref: string, bytes: number, written: number, used: number | null = null): StoredCache => ({
  ...{ zone, ref, platform: 'linux/amd64', epoch: 0, bytes, writtenAt: new Date(written), readByAll: false, blobs: [] },
  usedAt: used === null ? null : new Date(used),
});
const refs = (gone: readonly StoredCache[]) => gone.map(({ ref }) => ref);

it('takes strangers’ caches first, then branches, then protected ones, the longest unused of each first', () => {
  const entries = [
    entry('protected', 'main', 100, 50),
    entry('protected', 'v1', 100, 10),
    entry('branch', 'old', 100, 1),
    entry('branch', 'used', 100, 0, 40),
    entry('fork', 'stranger', 100, 60),
  ];
  expect(refs(overBudget(entries, 500))).toEqual([]);
  expect(refs(overBudget(entries, 499))).toEqual(['stranger']);
  expect(refs(overBudget(entries, 250))).toEqual(['stranger', 'old', 'used']);
  expect(refs(overBudget(entries, 0))).toEqual(['stranger', 'old', 'used', 'v1']);
});

it('leaves what the default branch left rather than a newer tag', () => {
  const main = { ...entry('protected', 'main', 100, 1), readByAll: true };
  const entries = [main, { ...main, epoch: 1, writtenAt: new Date(2) }, entry('protected', 'v2', 100, 50)];
  expect(overBudget(entries, 0)).toEqual([main, entries[2]]);
});

it('counts layers that several need once, and takes nothing that frees nothing', () => {
  const needs = (zone: Zone, ref: string, written: number, ...layers: readonly string[]): StoredCache => ({
    ...entry(zone, ref, layers.length * 100, written),
    blobs: layers.map((digest) => ({ digest, bytes: 100 })),
  });
  const entries = [
    needs('protected', 'main', 9, 'base', 'main'),
    needs('branch', 'a', 1, 'base'),
    needs('branch', 'b', 2, 'base', 'pair', 'b'),
    needs('branch', 'c', 3, 'base', 'pair', 'c'),
  ];
  // Counted for each they would weigh 900.
  expect(refs(overBudget(entries, 500))).toEqual([]);
  expect(refs(overBudget(entries, 499))).toEqual(['b']);
  expect(refs(overBudget(entries, 300))).toEqual(['b', 'c']);
  expect(refs(overBudget(entries, 0))).toEqual(['b', 'c']);
});

it('holds whatever there is, takes no more than it must, and leaves the newest protected one', () => {
  const any = fc.record({
    zone: fc.constantFrom(...zones),
    ref: fc.string(),
    layers: fc.uniqueArray(fc.nat(9), { maxLength: 5 }),
    written: fc.nat(1_000),
    used: fc.option(fc.nat(1_000)),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 12 }), fc.nat(5_000), (made, budget) => {
      const entries = made.map(({ zone, ref, layers, written, used }) => ({
        ...entry(zone, ref, 70, written, used),
        blobs: layers.map((at) => ({ digest: `layer ${at}`, bytes: at * 100 })),
      }));
      const gone = overBudget(entries, budget);
      const left = entries.filter((each) => !gone.includes(each));
      const sum = (some: readonly StoredCache[]) => new HeldBlobs(some).bytes;
      const kept = left.filter(({ zone }) => zone === 'protected');
      if (sum(left) > budget) expect(sum(left)).toBe(sum(kept.filter((each) => each === alwaysKept(entries))));
      if (entries.some(({ zone }) => zone === 'protected')) expect(kept.length).toBeGreaterThan(0);
      for (const each of gone) {
        expect(sum([...left, each])).toBeGreaterThan(budget);
        expect(sum([...left, each])).toBeGreaterThan(sum(left));
      }
    }),
  );
});
