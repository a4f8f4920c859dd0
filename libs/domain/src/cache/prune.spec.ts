import { expect, it } from 'vitest';
import type { StoredCache } from './cache-budget.js';
import type { CacheUser } from './cache-reference.js';
import { colderRefs } from './colder-refs.js';
import { type PruneRule, prune } from './prune.js';
import type { Zone } from './zone.js';

const now = new Date('2026-11-29T00:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const entry = (zone: Zone, ref: string, written: number, used: number | null = null): StoredCache => ({
  ...{
    zone,
    ref: `refs/heads/${ref}`,
    platform: 'linux/amd64',
    epoch: 0,
    bytes: 100,
    blobs: [],
    writtenAt: daysAgo(written),
  },
  readByAll: zone === 'protected' && ref === 'main',
  usedAt: used === null ? null : daysAgo(used),
});
const entries = [
  entry('protected', 'main', 40),
  entry('branch', 'maintain', 40),
  entry('branch', 'Topic', 40, 2),
  entry('branch', 'fresh', 1),
  entry('fork', 'main', 40),
];
const any: PruneRule = { zone: null, text: '', unusedDays: null };
const pruned = (rule: Partial<PruneRule>) => {
  const { going, spared } = prune(entries, { ...any, ...rule }, now);
  const names = (some: readonly StoredCache[]) => some.map(({ zone, ref }) => `${zone} ${ref.slice(11)}`);
  return { going: names(going), spared: names(spared) };
};

it('takes what fits zone, part of the ref and days without a use', () => {
  expect(pruned({ zone: 'branch' }).going).toEqual(['branch maintain', 'branch Topic', 'branch fresh']);
  expect(pruned({ text: 'tOPIC' }).going).toEqual(['branch Topic']);
  expect(pruned({ zone: 'branch', unusedDays: 30 }).going).toEqual(['branch maintain']);
  expect(pruned({ zone: 'branch', unusedDays: 1 }).going).toEqual(['branch maintain', 'branch Topic']);
  expect(pruned({ unusedDays: 41 }).going).toEqual([]);
});

it('spares what all builds read, unless its full ref is said', () => {
  const spared = ['protected main'];
  expect(pruned({ text: 'main' })).toEqual({ going: ['branch maintain', 'fork main'], spared });
  expect(pruned({ unusedDays: 30 }).spared).toEqual(spared);
  expect(pruned({ text: 'refs/heads/MAIN' }).spared).toEqual(spared);
  expect(pruned({ zone: 'protected', text: 'refs/heads/main' })).toEqual({ going: spared, spared: [] });
});

it('knows whose next build starts colder, and what it still finds', () => {
  const reader = (zone: Zone, ref: string, change: Partial<CacheUser> = {}) => ({
    ...{ projectId: 'p', zone, ref: `refs/heads/${ref}`, platform: 'linux/amd64', cachePolicy: 'zone' as const },
    ...{ cacheEpoch: 0, mainCacheEpoch: 0, targetRef: null, targetCacheEpoch: 0, number: 1, ...change },
  });
  const readers = [
    reader('protected', 'main'),
    reader('branch', 'Topic'),
    reader('branch', 'new'),
    reader('branch', 'fresh', { cachePolicy: 'none' }),
    reader('branch', 'maintain', { cacheEpoch: 1, mainCacheEpoch: 1 }),
    reader('fork', 'main', { cachePolicy: 'protected_only' }),
  ];
  const colder = (...going: readonly StoredCache[]) =>
    colderRefs('p', readers, entries, going, 'main', now).map(({ reader: { zone, ref }, left }) => [zone, ref, left]);
  const [main, maintain, topic, fresh, fork] = entries as [
    StoredCache,
    StoredCache,
    StoredCache,
    StoredCache,
    StoredCache,
  ];
  expect(colder(topic)).toEqual([['branch', topic.ref, [main.ref]]]);
  // Its next build is of another epoch, one reads no cache, one of strangers reads what is protected only.
  expect(colder(maintain, fresh, fork)).toEqual([]);
  // `Topic` has its own, and reads nothing else as long as that is there.
  expect(colder(main)).toEqual([
    ['protected', main.ref, []],
    ['branch', 'refs/heads/new', []],
    ['fork', main.ref, []],
  ]);
  expect(colder()).toEqual([]);
  // One that is a month old is not read beside a newer one of the default branch, so nobody misses it.
  const newer = entries.map((each) => (each === main ? { ...each, writtenAt: daysAgo(1) } : each));
  expect(colderRefs('p', readers, newer, [topic], 'main', now)).toEqual([]);
});
