import fc from 'fast-check';
import { expect, it } from 'vitest';
import { overBudget } from './cache-budget.js';
import { HeldBlobs } from './held-blobs.js';

const needs = (ref: string, ...layers: readonly string[]) => ({
  ...{ ref, bytes: layers.length * 100 },
  blobs: layers.map((digest) => ({ digest, bytes: 100 })),
});
const refs = (gone: readonly { ref: string }[]) => gone.map(({ ref }) => ref);

it('takes the first until enough is freed', () => {
  const entries = ['old', 'used', 'v1'].map((ref) => needs(ref, ref));
  expect([0, 1, 100, 101, 500].map((excess) => refs(overBudget(entries, excess)))).toEqual([
    [],
    ['old'],
    ['old'],
    ['old', 'used'],
    ['old', 'used', 'v1'],
  ]);
});

it('counts layers that several need once, and takes nothing that frees nothing', () => {
  const entries = [needs('a', 'b'), needs('b', 'pair', 'b'), needs('c', 'pair', 'c')];
  expect(refs(overBudget(entries, 100))).toEqual(['a', 'b']);
  // With `b` and `c` enough is freed, though `a` stays.
  expect(refs(overBudget(entries, 101))).toEqual(['b', 'c']);
  expect(refs(overBudget(entries, 300))).toEqual(['a', 'b', 'c']);
});

it('frees what it has to where it can, and takes no more than it must', () => {
  const any = fc.uniqueArray(fc.nat(9), { maxLength: 5 });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 12 }), fc.nat(5_000), (made, excess) => {
      const entries = made.map((layers) => ({
        bytes: 70,
        blobs: layers.map((at) => ({ digest: `layer ${at}`, bytes: at * 100 })),
      }));
      const gone = overBudget(entries, excess);
      const left = entries.filter((each) => !gone.includes(each));
      const sum = (some: typeof entries) => new HeldBlobs(some).bytes;
      const budget = sum(entries) - excess;
      if (sum(left) > budget) expect(sum(left)).toBe(0);
      for (const each of gone) {
        expect(sum([...left, each])).toBeGreaterThan(budget);
        expect(sum([...left, each])).toBeGreaterThan(sum(left));
      }
    }),
  );
});
