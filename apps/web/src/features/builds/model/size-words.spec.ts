import { expect, it } from 'vitest';
import { sizeWords } from './size-words';

it('a size is told with its change', () => {
  expect(sizeWords(2048, null)).toBe('2.0 KiB');
  expect(sizeWords(2048, { number: 3, sizeBytes: null })).toBe('2.0 KiB');
  expect(sizeWords(2048, { number: 3, sizeBytes: 2048 })).toBe('2.0 KiB, as #3');
  expect(sizeWords(3072, { number: 3, sizeBytes: 2048 })).toBe('3.0 KiB, 1.0 KiB more than #3');
  expect(sizeWords(1024, { number: 3, sizeBytes: 2048 })).toBe('1.0 KiB, 1.0 KiB less than #3');
});
