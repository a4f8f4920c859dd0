import { expect, it } from 'vitest';
import { everyDay } from './days.js';

it('has every day, the oldest first, over the end of a month', () => {
  const now = Date.parse('2026-03-01T00:30:00Z');
  const days = everyDay([{ day: '2026-02-28', count: 3 }], 3, now, (day) => ({ day, count: 0 }));
  expect(days).toEqual([
    { day: '2026-02-27', count: 0 },
    { day: '2026-02-28', count: 3 },
    { day: '2026-03-01', count: 0 },
  ]);
});
