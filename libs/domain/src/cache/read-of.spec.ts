import { expect, it } from 'vitest';
import { type CacheCandidate, chosenOf, noRead, readFact, readOf, type StoredRead } from './read-of.js';

const now = new Date('2026-11-29T00:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const place = (ref: string) => ({
  ...{ repository: `cache/${ref}`, tag: 'linux-amd64', zone: 'protected' as const, ref, epoch: 0 },
  role: ref as CacheCandidate['role'],
});
const read = (ref: string, days: number): StoredRead => ({ ...place(ref), writtenAt: daysAgo(days) });
const chosen = (...there: StoredRead[]) => readOf(there, now)?.ref ?? null;

it('is the first that is there', () => {
  expect(chosen()).toBeNull();
  expect(chosen(read('own', 1), read('target', 0), read('main', 0))).toBe('own');
  expect(chosen(read('target', 1), read('main', 0))).toBe('target');
  expect(chosen(read('main', 400))).toBe('main');
});

it('is a later one where the first is old and that one is newer', () => {
  expect(chosen(read('own', 30), read('main', 2))).toBe('main');
  expect(chosen(read('own', 30), read('target', 20), read('main', 10))).toBe('main');
  expect(chosen(read('own', 30), read('target', 6), read('main', 1))).toBe('target');
  expect(chosen(read('own', 30), read('main', 40))).toBe('own');
});

/** What is known of a reference: how many days ago it was written, or that it was deleted. */
const known = (ref: string, days: number | null, evicted: CacheCandidate['evicted'] = null): CacheCandidate => ({
  ...{ ...place(ref), evicted },
  stored: days === null ? null : { digest: `sha256:${ref}`, writtenAt: daysAgo(days), writtenBy: 7 },
});
/** What is written down where the engine reads what it was told to. */
const fact = (...candidates: CacheCandidate[]) => {
  const told = chosenOf(candidates, now);
  return readFact(candidates, told, told);
};
const told = ({ cache, none, passed }: ReturnType<typeof fact>) => ({
  ...{ cache: cache?.role ?? null, none },
  passed: passed.map(({ role, why }) => `${role} ${why}`),
});

it('is written down with digest and age, and with why none before it was read', () => {
  expect(fact(known('own', 3), known('main', 0)).cache).toEqual({
    ...{ role: 'own', zone: 'protected', ref: 'own', epoch: 0, digest: 'sha256:own' },
    ...{ writtenAt: daysAgo(3).toISOString(), writtenBy: 7 },
  });
  expect(told(fact(known('own', 3), known('main', 0)))).toEqual({ cache: 'own', none: null, passed: [] });
  expect(told(fact(known('own', null), known('target', 20), known('main', 2)))).toEqual({
    ...{ cache: 'main', none: null, passed: ['own absent', 'target old'] },
  });
  const eviction = { why: 'budget', unusedDays: null } as const;
  const evicted = fact(known('own', null, eviction), known('main', 400));
  expect(told(evicted)).toEqual({ cache: 'main', none: null, passed: ['own deleted'] });
  expect(evicted.passed[0]).toMatchObject({ eviction, writtenAt: null });
});

it('is written down where there is none: none yet, none any more, or none to be read', () => {
  const eviction = { why: 'unused', unusedDays: 30 } as const;
  expect(told(fact(known('own', null), known('main', null, eviction)))).toEqual({
    ...{ cache: null, none: 'none_there', passed: ['own absent', 'main deleted'] },
  });
  expect(noRead('policy')).toEqual({ cache: null, none: 'policy', passed: [] });
});

it('is none where the engine did not find what it was told to read', () => {
  const candidates = [known('own', null), known('target', 1), known('main', 1)];
  expect(told(readFact(candidates, candidates[1]!, null))).toEqual({
    ...{ cache: null, none: 'none_there', passed: ['own absent', 'target gone'] },
  });
});

it('is what an engine found that looks for itself, with the digest that it knows', () => {
  const candidates = [known('own', null), known('main', null)];
  const found = readFact(candidates, null, candidates[1]!, 'sha256:layout');
  expect(told(found)).toEqual({ cache: 'main', none: null, passed: ['own absent'] });
  expect(found.cache).toMatchObject({ digest: 'sha256:layout', writtenAt: null, writtenBy: null });
});
