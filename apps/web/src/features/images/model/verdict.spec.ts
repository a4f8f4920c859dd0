import { verdicts } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { checkMeaning, verdictLooks } from './verdict';

describe('verdicts', () => {
  it('are each said in words of their own', () => {
    const looks = Object.values(verdictLooks);
    expect(Object.keys(verdictLooks).sort()).toEqual([...verdicts, 'unchecked'].sort());
    expect(new Set(looks.map(({ words }) => words)).size).toBe(looks.length);
    expect(new Set(looks.map(({ meaning }) => meaning)).size).toBe(looks.length);
  });

  it('are red only where a fault was found', () => {
    const red = Object.entries(verdictLooks).filter(([, { tone }]) => tone.includes('text-bad'));
    expect(red.map(([state]) => state).sort()).toEqual(['gone', 'mismatch', 'unsigned', 'untrusted']);
  });

  it('explain the checks that are known', () => {
    expect(checkMeaning('builder')).toContain('built here');
    expect(checkMeaning('constructor')).toBeNull();
  });
});
