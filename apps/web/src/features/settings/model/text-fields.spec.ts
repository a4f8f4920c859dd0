import { describe, expect, it } from 'vitest';
import { changedPairs, formatPairs, parsePairs, scaled, textLines } from './text-fields';

describe('text fields', () => {
  it('are read line by line', () => {
    expect(textLines(' a \n\n b\n')).toEqual(['a', 'b']);
  });

  it('hold build arguments, whose values may hold signs', () => {
    const { pairs } = parsePairs('A=1\nB=x=y\nC=');
    expect(pairs).toEqual({ A: '1', B: 'x=y', C: '' });
    expect(parsePairs(formatPairs(pairs)).pairs).toEqual(pairs);
  });

  it('V-5 have no pairs where nothing was changed, so that what is stored stays', () => {
    const stored = { A: '1', B: 'two\nlines' };
    expect(changedPairs('A=1\nB=two\nlines', stored)).toEqual({ error: null });
    expect(changedPairs('A=1\r\nB=two\r\nlines', stored)).toEqual({ error: null });
    expect(changedPairs('A=1\nB=2', stored)).toEqual({ pairs: { A: '1', B: '2' }, error: null });
    expect(changedPairs('', stored)).toEqual({ pairs: {}, error: null });
    expect(changedPairs('A', stored).error).toContain('A');
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
