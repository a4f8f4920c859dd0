import { describe, expect, it } from 'vitest';
import { trendSentence, worthSentence } from './ledger-words';

const total = {
  ...{ builds: 3, savedMs: 90_000, ranMs: 10_000, importMs: 0, importBytes: 0, exportMs: 0, exportBytes: 0 },
  ...{ share: 0.9, netMs: 90_000 },
};

describe('what a project’s cache is worth, in words', () => {
  it('says whether it pays', () => {
    expect(worthSentence(total)).toBe(
      '90 % of the time of all steps was saved, about 1 min 30 s; import and export took no time.',
    );
    expect(worthSentence({ ...total, importMs: 2_000, exportMs: 4_000, netMs: 84_000 })).toMatch(/took 6.* of it\.$/);
    expect(worthSentence({ ...total, exportMs: 100_000, netMs: -10_000 })).toMatch(/costs more than it saves\.$/);
    expect(worthSentence({ ...total, builds: 0, share: null })).toBe('No build has told of its steps in these days.');
  });

  it('says where it goes', () => {
    expect(trendSentence({ before: 0.2, now: 0.8, direction: 'better' })).toBe(
      'It became better: 20 % in the first half of these days, 80 % in the second.',
    );
    expect(trendSentence({ before: 0.5, now: 0.5, direction: 'same' })).toMatch(/^It stays as it was/);
    expect(trendSentence({ before: null, now: 0.5, direction: 'unknown' })).toMatch(/too few/);
  });
});
