import { describe, expect, it } from 'vitest';
import { formatPairs, parsePairs, scaled, textLines } from './text-fields';

describe('text fields', () => {
  it('are read line by line', () => {
    expect(textLines(' a \n\n b\n')).toEqual(['a', 'b']);
  });

  it('hold build arguments, whose values may hold signs', () => {
    const { pairs } = parsePairs('A=1\nB=x=y\nC=');
    expect(pairs).toEqual({ A: '1', B: 'x=y', C: '' });
    expect(parsePairs(formatPairs(pairs)).pairs).toEqual(pairs);
  });

  it('say which line is wrong', () => {
    expect(parsePairs('A').error).toContain('A');
    expect(parsePairs('=x').error).not.toBeNull();
    expect(parsePairs('A=1\nA=2').error).toContain('twice');
  });

  it('S-069 keep __proto__ as a name like any other', () => {
    const { pairs } = parsePairs('__proto__=x');
    expect(Object.keys(pairs)).toEqual(['__proto__']);
    expect(JSON.stringify(pairs)).toBe('{"__proto__":"x"}');
  });

  it('turn numbers into units', () => {
    expect(scaled('1.5', 60_000)).toBe(90_000);
    expect(scaled(' ', 5)).toBeNull();
    expect(scaled('x', 5)).toBeNull();
  });
});
