import { describe, expect, it } from 'vitest';
import { mayHold, TrigramSet, trigramsOf } from './trigrams.js';

function setOf(...texts: readonly string[]): Uint8Array {
  const set = new TrigramSet();
  for (const text of texts) set.add(text);
  return set.cut();
}

describe('a set of trigrams', () => {
  it('holds every part of what was added, in any case of letters', () => {
    const text = 'Fetching İstanbul straße 東京 packages… ΣΟΦΟΣ done\nK and KELVIN\n';
    const set = setOf(text);
    for (const line of text.split('\n')) {
      for (let from = 0; from < line.length; from++) {
        for (let to = from + 1; to <= line.length; to++) {
          for (const part of [line.slice(from, to), line.slice(from, to).toLowerCase()]) {
            expect(mayHold(set, trigramsOf(part)), part).toBe(true);
          }
        }
      }
    }
  });

  it('does not hold what is elsewhere, nor what reaches over the end of a line', () => {
    const set = setOf('one two\nthree', 'four');
    for (const text of ['five', 'two three', 'thrice', 'threefour']) {
      expect(mayHold(set, trigramsOf(text)), text).toBe(false);
    }
  });

  it('says nothing of a text that is too short or has no three characters of ASCII together', () => {
    expect(['ab', '東京タワー', 'a京b京c', ''].flatMap(trigramsOf)).toEqual([]);
    expect(mayHold(setOf('one'), [])).toBe(true);
  });

  it('is as small as its text allows, begins anew after a cut, and still tells apart when its text is large', () => {
    expect(setOf('Step 1/4').length).toBeLessThanOrEqual(8);
    const words = Array.from({ length: 1_500 }, (_, at) => (at * 7_919).toString(36)).join(' ');
    const large = setOf(words);
    expect(large.length).toBe(1_024);
    expect(mayHold(large, trigramsOf('error: no such file'))).toBe(false);
    const set = new TrigramSet();
    set.add('first');
    set.cut();
    expect(mayHold(set.cut(), trigramsOf('first'))).toBe(false);
  });
});
