import { describe, expect, it } from 'vitest';
import { maxGlobLength } from './glob.js';
import { GlobAutomaton } from './glob-automaton.js';
import { MatchWork, TooMuchWork } from './match-work.js';

const units = ['a*', '*a', '**/', '**a', 'a**', '?*', '*?', '**/*a', 'a?*', '*/**/'];
const parts = ['a', 'a/', '/', 'ab'];

/** Ends in what no text of the parts has, so that all of it is read in vain. */
const hopeless = (unit: string, length: number) =>
  new GlobAutomaton(`${unit.repeat(Math.floor((length - 1) / unit.length))}!`);

describe('the work of a match', () => {
  it.each(units)('grows with the text and not faster, for a pattern of many %s', (unit) => {
    const automaton = hopeless(unit, 128);
    for (const part of parts) {
      const [half, whole] = [400, 800].map((length) => stepsOf(automaton, part.repeat(length / part.length)));
      expect(whole, part).toBeLessThanOrEqual(2.5 * half!);
    }
  });

  it.each(units)(
    'is at most one look at each word of the pattern for a character, for the longest of many %s',
    (unit) => {
      const automaton = hopeless(unit, maxGlobLength);
      for (const part of parts)
        expect(stepsOf(automaton, part.repeat(100))).toBeLessThanOrEqual((maxGlobLength / 32 + 1) * 200);
    },
  );

  it('R3-N1 is bounded, for all texts together and for one alone', () => {
    const automaton = hopeless('?*', maxGlobLength);
    const work = new MatchWork(100_000);
    const readAll = () => {
      for (let at = 0; at < 100; at++) automaton.accepts('a'.repeat(500), work);
    };
    expect(readAll).toThrow(TooMuchWork);
    expect(() => automaton.accepts('a'.repeat(100_000), MatchWork.unbounded())).toThrow(TooMuchWork);
  });
});

function stepsOf(automaton: GlobAutomaton, text: string): number {
  const work = MatchWork.unbounded();
  expect(automaton.accepts(text, work)).toBe(false);
  return work.steps;
}
