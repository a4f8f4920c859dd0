import { describe, expect, it } from 'vitest';
import { judge } from './verdict.js';

describe('a verdict', () => {
  const estimate = { value: 0.2, low: 0.18, high: 0.22 };

  it('needs the whole interval on the right side', () => {
    expect(judge(estimate, { atMost: 0.22 }, 15)).toBe('met');
    expect(judge(estimate, { atMost: 0.21 }, 15)).toBe('missed');
    expect(judge(estimate, { atLeast: 0.18 }, 15)).toBe('met');
    expect(judge(estimate, { atLeast: 0.19 }, 15)).toBe('missed');
  });

  it('is not given on fewer than fifteen pairs, and a miss stays one', () => {
    expect(judge(estimate, { atMost: 1 }, 14)).toBe('too few pairs');
    expect(judge(estimate, { atMost: 0.1 }, 14)).toBe('missed');
  });

  it('is never "met" on what is not a number', () => {
    expect(judge({ value: Number.NaN, low: Number.NaN, high: Number.NaN }, { atMost: 1 }, 15)).toBe('missed');
  });
});
