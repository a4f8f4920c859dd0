import { expect, it } from 'vitest';
import { everyDay, partWords, usedWords } from './quota-words';

it('says what was used of what, in its unit', () => {
  expect(usedWords({ used: 2 ** 31, limit: 2 ** 32, unit: 'bytes' })).toBe('2.0 GiB of 4.0 GiB');
  expect(usedWords({ used: 61.9, limit: 600, unit: 'minutes' })).toBe('61 min of 600 min');
  expect(usedWords({ used: 3, limit: null, unit: 'builds' })).toBe('3, no limit');
});

it('R7-B3 says how much of logs are records, and of images is none', () => {
  const usage = { stagedBytes: 2 ** 20, recordBytes: 2 ** 21 };
  expect(partWords('logBytes', usage)).toBe('2.0 MiB of it are records: steps, inputs and provenance of builds');
  expect(partWords('imageBytes', usage)).toBe('1.0 MiB of it pushed by builds that published nothing');
  expect(partWords('cacheBytes', usage)).toBeNull();
  expect(partWords('logBytes', { ...usage, recordBytes: 0 })).toBeNull();
});

it('shows each day, also those without a build', () => {
  const days = everyDay([{ day: '2026-01-02', minutes: 4 }], 3, Date.UTC(2026, 0, 3, 12));
  expect(days).toEqual([
    { day: '2026-01-01', minutes: 0 },
    { day: '2026-01-02', minutes: 4 },
    { day: '2026-01-03', minutes: 0 },
  ]);
});
