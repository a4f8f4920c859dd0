import { describe, expect, it } from 'vitest';
import { shiftSentence, trendSentence, worthSentence } from './ledger-words';

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
    const trend = { before: 0.2, now: 0.8, direction: 'better', shift: null } as const;
    expect(trendSentence(trend, 30)).toBe('It became better: 20 % in the 30 days before, 80 % in these.');
    expect(trendSentence({ ...trend, now: 0.2, direction: 'same' }, 30)).toMatch(/^It stays as it was/);
    expect(trendSentence({ ...trend, before: null, direction: 'unknown' }, 30)).toMatch(/too few/);
  });

  it('names the day of a change, and the step that runs since', () => {
    const step = { definition: 'COPY . .', ran: 18, builds: 20 };
    const shift = { day: '2026-11-12', before: 0.71, now: 0.4, step };
    expect(shiftSentence({ shift })).toBe(
      'It fell from 71 % to 40 % on 2026-11-12: “COPY . .” ran in 18 of 20 builds since then.',
    );
    expect(shiftSentence({ shift: { ...shift, now: 0.9, step: null } })).toBe(
      'It rose from 71 % to 90 % on 2026-11-12.',
    );
    expect(shiftSentence({ shift: null })).toBeNull();
  });
});
