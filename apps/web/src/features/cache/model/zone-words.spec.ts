import { zones } from '@cooperage/domain/predicates';
import { describe, expect, it } from 'vitest';
import { chainOf, shareWords } from './zone-words';

describe('zones in words', () => {
  it.each(zones)('tells in which order a build of the zone %s reads', (zone) => {
    const words = chainOf(zone, 'main');
    expect(words[0]).toMatch(/own/);
    expect(words.slice(-2)).toEqual(['main’s', 'none: every step runs']);
    expect(words.some((word) => /merged into/.test(word))).toBe(zone !== 'protected');
  });

  it('hides no letter of a name', () => {
    expect(chainOf('branch', 'ma\u202ein').join(' ')).not.toContain('\u202e');
    expect(chainOf('branch', null)).toContain('the default branch’s');
  });

  it('says a share only where something was built', () => {
    expect(shareWords({ builds: 0, share: null })).toBe('–');
    expect(shareWords({ builds: 2, share: null })).toBe('nothing ran');
    expect(shareWords({ builds: 2, share: 0.716 })).toBe('72 %');
  });
});
