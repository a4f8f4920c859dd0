import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterTerm, maxFilterLength, readFilterTokens, withoutTerm } from './filter-syntax.js';

const tokensOf = (text: string) => {
  const read = readFilterTokens(text);
  if (!read.ok) throw new Error(read.error.message);
  return read.tokens;
};

describe('the syntax of filters', () => {
  it('is terms of key and value between blanks, quoted where needed', () => {
    const text = ' is:failed  step:"npm ci" -branch:a:b';
    expect(tokensOf(text).map(({ key, value, negated }) => [key, value, negated])).toEqual([
      ['is', 'failed', false],
      ['step', 'npm ci', false],
      ['branch', 'a:b', true],
    ]);
    expect(tokensOf(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      'is:failed',
      'step:"npm ci"',
      '-branch:a:b',
    ]);
    expect(withoutTerm(text, tokensOf(text), 1)).toBe('is:failed -branch:a:b');
  });

  it('reads back every value that it writes', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{1,8}$/),
        fc.string({ minLength: 1, unit: 'binary' }),
        fc.boolean(),
        (key, value, negated) => {
          const [token, ...more] = tokensOf(filterTerm(key, value, negated));
          expect({ ...token }).toMatchObject({ key, value, negated });
          expect(more).toEqual([]);
        },
      ),
    );
  });

  it.each([
    ['failed', 0, 6],
    ['is:failed oops', 10, 14],
    [':x', 0, 2],
    ['-:x', 0, 3],
    ['is:', 0, 3],
    ['step:""', 0, 7],
    ['step:"npm', 5, 9],
    ['step:"a"b', 0, 9],
    ['{"not":null}', 0, 12],
    ['__proto__:x', 0, 11],
  ])('says where %j is wrong', (text, start, end) => {
    expect(readFilterTokens(text)).toMatchObject({ ok: false, error: { start, end } });
  });

  it('has an end', () => {
    expect(readFilterTokens(`title:${'x'.repeat(maxFilterLength)}`)).toMatchObject({ ok: false });
    expect(readFilterTokens('is:x '.repeat(21))).toMatchObject({ ok: false, error: { start: 100 } });
  });

  it('answers anything, with a place inside the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const read = readFilterTokens(text);
        if (read.ok) return;
        expect(read.error.start).toBeGreaterThanOrEqual(0);
        expect(read.error.end).toBeLessThanOrEqual(text.length);
        expect(read.error.end).toBeGreaterThanOrEqual(read.error.start);
      }),
    );
  });
});
