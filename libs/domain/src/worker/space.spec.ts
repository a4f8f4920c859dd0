import { expect, it } from 'vitest';
import { isNearlyFull } from './space.js';

it('is nearly full with less than a twelfth free, and never where nothing is known', () => {
  expect(isNearlyFull({ freeBytes: 99, totalBytes: 1200 })).toBe(true);
  expect(isNearlyFull({ freeBytes: 100, totalBytes: 1200 })).toBe(false);
  expect(isNearlyFull({ freeBytes: 0, totalBytes: 0 })).toBe(false);
});
