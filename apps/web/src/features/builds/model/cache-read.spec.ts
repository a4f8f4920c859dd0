import type { CacheRead } from '@cooperage/contracts';
import { expect, it } from 'vitest';
import { readWords } from './cache-read';

const ref = 'refs/heads/x';
const read = (role: 'own' | 'target' | 'main'): CacheRead['cache'] => ({
  ...{
    role,
    zone: 'protected',
    ref,
    reference: 'cache/x:y',
    digest: null,
    writtenAt: null,
    writtenBy: null,
    ageMs: null,
  },
});
const passed = (
  role: 'own' | 'target' | 'main',
  why: CacheRead['passed'][number]['why'],
  eviction: CacheRead['passed'][number]['eviction'] = null,
): CacheRead['passed'][number] => ({ role, zone: 'branch', ref, why, writtenAt: null, eviction });
const words = (fact: Partial<CacheRead>, backend: 'registry' | 'local' = 'registry') =>
  readWords({ cache: null, none: null, passed: [], ...fact }, backend);

it('says which cache was read and why none before it', () => {
  expect(words({ cache: read('own') })).toBe('Its own.');
  expect(words({ cache: read('main'), passed: [passed('own', 'absent'), passed('target', 'old')] })).toBe(
    'The default branch’s: its own was not there yet; that of the branch into which it is to be merged was more than a week old, and a newer one was there.',
  );
  expect(words({ cache: read('main'), passed: [passed('own', 'absent')] }, 'local')).toBe(
    'The default branch’s: its own was not there on this worker.',
  );
});

it('says why none was', () => {
  expect(words({ none: 'policy' })).toBe('Nothing: its rule demands no cache.');
  expect(words({ none: 'asked' })).toBe('Nothing, as was asked for.');
  const deleted = passed('main', 'deleted', { why: 'budget', unusedDays: null });
  expect(words({ none: 'none_there', passed: [passed('own', 'absent'), deleted] })).toBe(
    'Nothing: its own was not there yet; the default branch’s had been deleted by the budget of the project.',
  );
  const unused = passed('own', 'deleted', { why: 'unused', unusedDays: 30 });
  expect(words({ none: 'none_there', passed: [unused, passed('main', 'gone')] })).toBe(
    'Nothing: its own had been deleted, unused for 30 days; the default branch’s was gone when the builder came to read it.',
  );
});
