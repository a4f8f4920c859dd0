import { expect, it } from 'vitest';
import type { CacheUser } from './cache-reference.js';
import { colderRefs, type HeldPlace } from './colder-refs.js';
import type { Zone } from './zone.js';

const now = new Date('2026-11-29T00:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const entry = (zone: Zone, ref: string, written: number): HeldPlace => ({
  ...{ zone, ref: `refs/heads/${ref}`, platform: 'linux/amd64', epoch: 0, writtenAt: daysAgo(written) },
});
const entries = [
  entry('protected', 'main', 40),
  entry('branch', 'maintain', 40),
  entry('branch', 'Topic', 40),
  entry('branch', 'fresh', 1),
  entry('fork', 'main', 40),
];

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
  const colder = (...going: readonly HeldPlace[]) =>
    colderRefs('p', readers, entries, going, 'main', now).map(({ reader: { zone, ref }, left }) => [zone, ref, left]);
  const [main, maintain, topic, fresh, fork] = entries as [HeldPlace, HeldPlace, HeldPlace, HeldPlace, HeldPlace];
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
