import { describe, expect, it } from 'vitest';
import { maxGlobLength } from './glob.js';
import { acceptsText, type GlobTokens, tokenizeGlob } from './glob-automaton.js';

const units = ['a*', '*a', '**/', '**a', 'a**', '?*', '*?', '**/*a', 'a?*', '*/**/'];
const parts = ['a', 'a/', '/', 'ab'];

/** Ends in what no text of the parts has, so that all of it is read in vain. */
const hopeless = (unit: string, length: number) =>
  tokenizeGlob(`${unit.repeat(Math.floor((length - 1) / unit.length))}!`);

describe('the work of a match', () => {
  it.each(units)('grows with the text and not faster, for a pattern of many %s', (unit) => {
    const tokens = hopeless(unit, 128);
    for (const part of parts) {
      const [half, whole] = [400, 800].map((length) => stepsOf(tokens, part.repeat(length / part.length)));
      expect(whole, part).toBeLessThanOrEqual(2.5 * half!);
    }
  });

  it.each(units)('is at most two sweeps of the pattern for each character, for the longest of many %s', (unit) => {
    const tokens = hopeless(unit, maxGlobLength);
    for (const part of parts) expect(stepsOf(tokens, part.repeat(100))).toBeLessThanOrEqual(2 * tokens.length * 201);
  });
});

/** How often a match looks at a token. Unlike time, the same on a busy machine. */
function stepsOf(tokens: GlobTokens, text: string): number {
  let count = 0;
  const counting = new Proxy(tokens, {
    get: (target, key) => {
      if (key !== 'length') count++;
      return Reflect.get(target, key);
    },
  });
  expect(acceptsText(counting, text)).toBe(false);
  return count;
}
