import { expect, it } from 'vitest';
import { everyDay, usedWords } from './quota-words';

it('says what was used of what, in its unit', () => {
  expect(usedWords({ used: 2 ** 31, limit: 2 ** 32, unit: 'bytes' })).toBe('2.0 GiB of 4.0 GiB');
  expect(usedWords({ used: 61.9, limit: 600, unit: 'minutes' })).toBe('61 min of 600 min');
  expect(usedWords({ used: 3, limit: null, unit: 'builds' })).toBe('3, no limit');
});

it('shows each day, also those without a build', () => {
  const days = everyDay([{ day: '2026-01-02', minutes: 4 }], 3, Date.UTC(2026, 0, 3, 12));
  expect(days).toEqual([
    { day: '2026-01-01', minutes: 0 },
    { day: '2026-01-02', minutes: 4 },
    { day: '2026-01-03', minutes: 0 },
  ]);
});
