import { expect, it } from 'vitest';
import { holdsSecret } from './holds-secret.js';

it.each([
  ['canary-1234', 'canary-1234', true],
  ['https://robot:canary-1234@example.test', 'canary-1234', true],
  ['root', 'root', true],
  ['/root', 'root', false],
  ['canary-123', 'canary-1234', false],
  ['', '', false],
])('S-054 %j holds %j: %s', (text, value, expected) => {
  expect(holdsSecret(text, value)).toBe(expected);
});
