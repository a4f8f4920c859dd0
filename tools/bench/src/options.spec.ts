import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.js';

const known = ['P1', 'P2'];

describe('options', () => {
  it('measure everything with fifteen pairs, cold ones too', () => {
    expect(parseOptions([], known)).toMatchObject({
      json: false,
      pairs: 15,
      coldPairs: 15,
      only: [],
      ignoreLoad: false,
    });
  });

  it('take numbers and names', () => {
    const given = parseOptions(['--pairs', '3', '--only', 'P1,P2', '--seed', '9', '--json', '--ignore-load'], known);
    expect(given).toEqual({
      ...{
        json: true,
        pairs: 3,
        coldPairs: 3,
        only: ['P1', 'P2'],
        ignoreLoad: true,
        seed: 9,
        logLines: 1_000_000,
        percent: 100,
      },
    });
    expect(parseOptions(['--log-lines', '50000'], known).logLines).toBe(50_000);
    expect(parseOptions(['--cold-pairs', '0'], known).coldPairs).toBe(0);
    expect(parseOptions(['--percent', '5'], known).percent).toBe(5);
  });

  it.each([
    ['--pairs', '0'],
    ['--percent', '0'],
    ['--percent', '101'],
    ['--pairs', '1e3'],
    ['--pairs', ''],
    ['--only', 'P3'],
    ['--what'],
    ['stray'],
  ])('refuse %s %s', (...parameters) => {
    expect(() => parseOptions(parameters, known)).toThrow(UsageError);
  });
});
