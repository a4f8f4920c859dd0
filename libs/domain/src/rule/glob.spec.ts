import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, isGlob, matchesGlob, maxGlobLength } from './glob.js';

describe('matchesGlob', () => {
  it.each<[string, string[], string[]]>([
    ['main', ['main'], ['', 'Main', 'main2', 'amain', 'main/x']],
    ['*', ['', 'a', 'a.b-c'], ['a/b', '/']],
    ['release/*', ['release/1', 'release/'], ['release', 'release/1/2', 'xrelease/1']],
    ['v*.*', ['v1.2', 'v.', 'v1.2.3'], ['v1', '1.2', 'v1/2.3']],
    ['**', ['', 'a', 'a/b/c', '/'], []],
    ['a/**', ['a/', 'a/b', 'a/b/c'], ['a', 'b/a/c']],
    ['**/b', ['b', 'a/b', 'a/c/b'], ['ab', 'a/bb', 'b/a']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['ab', 'a/xb', 'a/b/c']],
    ['a/**/**/b', ['a/b', 'a/x/b', 'a/x/y/z/b'], ['a/xb']],
    ['a**b', ['ab', 'a/x/b', 'axxb'], ['a', 'b', 'abc']],
    ['a***b', ['ab', 'a/b'], ['ba']],
    ['x**/b', ['x/b', 'xa/c/b'], ['b', 'xb']],
    ['???', ['abc', 'äöü', '😀😀😀'], ['ab', 'abcd', 'a/b']],
    ['src/**/*.ts', ['src/a.ts', 'src/a/b.ts', 'src/.ts'], ['src/a.tsx', 'a.ts', 'src']],
    ['*.md', ['README.md'], ['docs/README.md']],
    ['[a]+(b)|$^\\.', ['[a]+(b)|$^\\.'], ['a', 'ab']],
    ['{a,b}', ['{a,b}'], ['a', 'b']],
    ['-h', ['-h'], ['h']],
  ])('%s', (pattern, matching, others) => {
    const all = [...matching, ...others];
    expect(all.filter((text) => matchesGlob(pattern, text))).toEqual(matching);
  });

  it('agrees with a regular expression on any pattern', () => {
    const part = fc.constantFrom('a', 'b', '/', '*', '**', '**/', '?');
    const pattern = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    const text = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, text, (glob, value) => {
        expect(matchesGlob(glob, value)).toBe(expressionOf(glob).test(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it('agrees with a regular expression wherever in the pattern it stands', () => {
    const part = fc.constantFrom('a', '/', '*', '**', '**/', '?');
    const pattern = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
    const text = fc.array(fc.constantFrom('a', '/'), { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, text, fc.integer({ min: 26, max: 66 }), (glob, value, before) => {
        const [whole, all] = [`${'?'.repeat(before)}${glob}`, `${'b'.repeat(before)}${value}`];
        expect(matchesGlob(whole, all)).toBe(expressionOf(whole).test(all));
      }),
      { numRuns: 5_000 },
    );
  });

  it('a text without wildcards matches itself alone', () => {
    const plain = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => isGlob(text) && !/[*?]/.test(text));
    fc.assert(
      fc.property(plain, plain, (left, right) => {
        expect(matchesGlob(left, left)).toBe(true);
        expect(matchesGlob(left, right)).toBe(left === right);
      }),
    );
  });

  it('a matcher can be used again', () => {
    const matches = compileGlob('a/**/b');
    expect(['a/b', 'a/x', 'a/x/b', 'b', 'a/b'].map(matches)).toEqual([true, false, true, false, true]);
  });
});

describe('isGlob', () => {
  it('bounds patterns and refuses control characters', () => {
    expect(['a', '*', 'ä', 'x'.repeat(maxGlobLength)].every(isGlob)).toBe(true);
    expect(['', 'x'.repeat(maxGlobLength + 1), 'a\n', '\0', 'a\x7f'].some(isGlob)).toBe(false);
  });

  it('a pattern that it refuses matches nothing', () => {
    expect(matchesGlob('', '')).toBe(false);
    expect(matchesGlob('*'.repeat(maxGlobLength + 1), 'a')).toBe(false);
  });
});

/** The same language as a regular expression: the oracle, on short texts only. */
function expressionOf(glob: string): RegExp {
  const source = glob.replace(/(?<=^|\/)\*{2,}\/|\*{2,}|\*|\?|[^*?]/g, (token) => {
    if (token.endsWith('*/')) return '(?:.*/)?';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    return token.startsWith('*') ? '.*' : token;
  });
  return new RegExp(`^${source}$`, 's');
}
