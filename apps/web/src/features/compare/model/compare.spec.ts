import { describe, expect, it } from 'vitest';
import { readPair } from './compared-pair';
import { stepsSentence, stepWords } from './step-words';

describe('the pair in an address', () => {
  it('is two numbers of builds, or none', () => {
    expect(readPair({ a: '3', b: '12' })).toEqual({ a: 3, b: 12 });
    for (const query of [
      {},
      { a: '3' },
      { a: '0', b: '1' },
      { a: '3', b: '-1' },
      { a: '1e3', b: '2' },
      { a: ['x'], b: '2' },
    ])
      expect(readPair(query)).toBeNull();
  });
});

describe('the words for a step', () => {
  it('say why the cache was lost', () => {
    expect(stepWords({ change: 'lost_cache', afterEarlier: true })).toBe('lost the cache: an earlier step ran');
    expect(stepWords({ change: 'lost_cache', afterEarlier: false })).toContain('what it reads');
    expect(stepWords({ change: 'slower', afterEarlier: false })).toBe('slower');
  });

  it('say it to the file where that is recorded, and against which build', () => {
    const lost = { change: 'lost_cache', afterEarlier: true } as const;
    const change = { path: 'package.json', before: 'a', after: 'b', mode: null };
    const reason = { kind: 'files', changes: [change], added: 0, changed: 1, removed: 0 } as const;
    const recorded = { reason: { ...reason, changes: [change] }, against: { id: 'x', number: 4 } };
    expect(stepWords(lost, recorded, 4)).toBe('lost the cache: package.json changed');
    expect(stepWords(lost, recorded, 2)).toBe('lost the cache: package.json changed, against #4');
    const unknown = { reason: { kind: 'unknown', why: 'no_manifest' } as const, against: null };
    expect(stepWords(lost, unknown, 2)).toBe('lost the cache: an earlier step ran');
    expect(stepWords({ ...lost, change: 'same' }, recorded, 2)).toBe('as before');
  });

  it('are counted in one sentence, the costly ones first', () => {
    const steps = (['same', 'added', 'lost_cache', 'same'] as const).map((change) => ({ change }));
    expect(stepsSentence(steps)).toBe('1 lost the cache · 1 added · 2 as before');
    expect(stepsSentence([])).toBe('');
  });
});
