import { expect, it } from 'vitest';
import type { StoredCache } from './cache-budget.js';
import { dueEvictions } from './due-evictions.js';
import type { Zone } from './zone.js';

const now = new Date('2026-11-29T00:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const entry = (zone: Zone, ref: string, written: number, used: number | null = null): StoredCache => ({
  ...{
    zone,
    ref,
    platform: 'linux/amd64',
    epoch: 0,
    bytes: 100,
    blobs: [],
    writtenAt: daysAgo(written),
    readByAll: ref === 'main',
  },
  usedAt: used === null ? null : daysAgo(used),
});
const entries = [
  entry('protected', 'v1', 50),
  entry('protected', 'main', 60),
  entry('branch', 'used', 60, 5),
  entry('branch', 'old', 31),
  entry('fork', 'young', 29),
];
const due = (budgetBytes: number | null, unusedDays: number | null) => {
  const { unused, heavy } = dueEvictions(entries, { budgetBytes, unusedDays }, now);
  const refs = (some: readonly StoredCache[]) => some.map(({ ref }) => ref);
  return { unused: refs(unused), heavy: refs(heavy) };
};

it('takes what no build used for the days of the project, but what the default branch left never', () => {
  expect(due(null, 30)).toEqual({ unused: ['v1', 'old'], heavy: [] });
  expect(due(null, 4)).toEqual({ unused: ['v1', 'used', 'old', 'young'], heavy: [] });
  expect(due(null, 365)).toEqual({ unused: [], heavy: [] });
  expect(due(null, null)).toEqual({ unused: [], heavy: [] });
});

it('asks of the budget only what is left then', () => {
  expect(due(300, null)).toEqual({ unused: [], heavy: ['young', 'old'] });
  expect(due(300, 30)).toEqual({ unused: ['v1', 'old'], heavy: [] });
  expect(due(200, 30)).toEqual({ unused: ['v1', 'old'], heavy: ['young'] });
});
