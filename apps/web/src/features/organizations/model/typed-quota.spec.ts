import { expect, it } from 'vitest';
import { typedQuota } from './typed-quota';

it('reads what was typed into a field of a quota, in the unit of the API', () => {
  expect(typedQuota(' ', 1, true)).toBeNull();
  expect(typedQuota('1.5', 1024, true)).toBe(1536);
  expect(typedQuota('0.5', 1, false)).toBe(0.5);
});

it('leaves what is no number to the API, where nothing typed would lift the limit', () => {
  expect(typedQuota('10 GB', 1024 ** 2, true)).toBe('10 GB');
});
