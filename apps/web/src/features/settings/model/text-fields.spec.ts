import { describe, expect, it } from 'vitest';
import { formatBuildArgs, parseBuildArgs, scaled, textLines } from './text-fields';

describe('text fields', () => {
  it('are read line by line', () => {
    expect(textLines(' a \n\n b\n')).toEqual(['a', 'b']);
  });

  it('hold build arguments, whose values may hold signs', () => {
    const { args } = parseBuildArgs('A=1\nB=x=y\nC=');
    expect(args).toEqual({ A: '1', B: 'x=y', C: '' });
    expect(parseBuildArgs(formatBuildArgs(args)).args).toEqual(args);
  });

  it('say which line is wrong', () => {
    expect(parseBuildArgs('A').error).toContain('A');
    expect(parseBuildArgs('=x').error).not.toBeNull();
    expect(parseBuildArgs('A=1\nA=2').error).toContain('twice');
  });

  it('S-069 keep __proto__ as a name like any other', () => {
    const { args } = parseBuildArgs('__proto__=x');
    expect(Object.keys(args)).toEqual(['__proto__']);
    expect(JSON.stringify(args)).toBe('{"__proto__":"x"}');
  });

  it('turn numbers into units', () => {
    expect(scaled('1.5', 60_000)).toBe(90_000);
    expect(scaled(' ', 5)).toBeNull();
    expect(scaled('x', 5)).toBeNull();
  });
});
