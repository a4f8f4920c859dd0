import { expect, it } from 'vitest';
import { stepAddress } from './step-address';

it('a step leads to its line beside the file, and to its log from everywhere else', () => {
  const step = { ordinal: 4, startLine: 7 };
  expect(stepAddress(step, 'dockerfile', '/b/1')).toBe('#D7');
  expect(stepAddress({ ...step, startLine: null }, 'dockerfile', '/b/1')).toBe('/b/1#s4');
  expect(stepAddress(step, 'timeline', '/b/1?attempt=2')).toBe('/b/1?attempt=2#s4');
  expect(stepAddress(step, 'log', null)).toBe('#s4');
});
