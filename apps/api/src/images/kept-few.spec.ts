import { expect, it } from 'vitest';
import { KeptFew } from './kept-few.js';

it('keeps what was asked for last and forgets the rest', () => {
  const few = new KeptFew<number>(2);
  few.keep('a', 1);
  few.keep('b', 2);
  expect(few.get('a')).toBe(1);
  few.keep('c', 3);
  expect(['a', 'b', 'c'].map((key) => few.get(key))).toEqual([1, undefined, 3]);
});
