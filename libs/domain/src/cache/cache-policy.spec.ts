import { expect, it } from 'vitest';
import { type CachePolicy, cachePolicies, stricterPolicy } from './cache-policy.js';

it.each<[CachePolicy, CachePolicy, CachePolicy]>([
  ['zone', 'none', 'none'],
  ['none', 'zone', 'none'],
  ['protected_only', 'zone', 'protected_only'],
  ['protected_only', 'none', 'none'],
  ['zone', 'zone', 'zone'],
])('R5-C10 of %s and %s the stricter policy is %s', (one, other, stricter) => {
  expect(stricterPolicy(one, other)).toBe(stricter);
  expect(cachePolicies).toContain(stricter);
});
