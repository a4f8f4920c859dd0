import { describe, expect, it } from 'vitest';
import { milliseconds, ratio } from './format.js';

describe('numbers for people', () => {
  it.each([
    [0.456, '0.46 ms'],
    [12.34, '12.3 ms'],
    [456.7, '457 ms'],
    [1_234, '1.23 s'],
    [12_345, '12.3 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(milliseconds(ms)).toBe(text);
  });

  it('keep enough digits of a small ratio', () => {
    expect([ratio(58.04), ratio(2.345), ratio(0.2), ratio(0.0123)]).toEqual(['58.0', '2.35', '0.20', '0.0123']);
  });
});
