import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { writtenOut } from './expression-size.js';

describe('R3-N2 the size of an expression', () => {
  it.each([
    ['abc', 3],
    ['a{3}', 3],
    ['a{2,5}b', 6],
    ['a{3,}', 3],
    ['(ab){3}', 6],
    ['((a|b){10}c){10}', 310],
    ['[a{3}]{4}', 4],
    ['[]a]{2}', 2],
    ['[^]a]{2}', 2],
    ['[[:alpha:]x]{5}', 5],
    ['[\\]]{2}', 2],
    ['\\{3}', 3],
    ['\\p{Greek}{7}', 7],
    ['\\x{41}', 1],
    ['x{', 2],
    ['a{0}', 1],
    [')))', 3],
    ['(((', 0],
  ])('of %s', (expression, size) => {
    expect(writtenOut(expression)).toBe(size);
  });

  it('is of the same order as what is compiled', () => {
    for (const text of ['.{0,999}'.repeat(20), 'a{1000}', '(?:abc){300}', '((a{9}){9}){9}', '[a-z]{50}\\d{50}']) {
      const [guess, compiled] = [writtenOut(text), RE2JS.compile(text).programSize()];
      expect(compiled / guess, text).toBeLessThan(4);
      expect(guess / compiled, text).toBeLessThan(2);
    }
  });
});
