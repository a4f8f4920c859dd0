import { expect, it } from 'vitest';
import { ghostBar } from './ghost-bar';

it('compares a time with the usual one', () => {
  expect(ghostBar(5_000, null)).toBeNull();
  expect(ghostBar(5_000, 0)).toBeNull();
  expect(ghostBar(5_000, 10_000)).toEqual({ took: 0.5, usual: 1, slow: false });
  expect(ghostBar(40_000, 20_000)).toEqual({ took: 1, usual: 0.5, slow: true });
  expect(ghostBar(4_000, 2_000)).toMatchObject({ slow: false });
});
