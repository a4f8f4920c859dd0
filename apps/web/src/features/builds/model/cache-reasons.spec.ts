import type { RunReason } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { economyWords, reasonSentence, reasonWords } from './cache-reasons';

const change = (before: string | null, after: string | null) => ({ path: 'a.js', before, after, mode: null });
const files = (...changes: ReturnType<typeof change>[]): RunReason => ({
  ...{ kind: 'files', changes, added: 0, changed: changes.length, removed: 0 },
});

describe('why a step ran', () => {
  it.each<[RunReason, string]>([
    [files(change('1', '2')), 'a.js changed'],
    [files(change(null, '2')), 'a.js was added'],
    [files(change('1', null)), 'a.js was removed'],
    [files({ ...change('1', '2'), path: 'lib//src/a.js' }), 'src/a.js of the context lib changed'],
    [files(change('1', '2'), change('1', '2')), '2 files of its changed'],
    [{ kind: 'variable', name: 'V', before: '1', after: '2' }, 'V changed'],
    [{ kind: 'variable', name: 'V', before: null, after: '2' }, 'V is set now'],
    [{ kind: 'earlier_step', ordinal: 1, definition: 'RUN a' }, 'an earlier step ran'],
    [{ kind: 'earlier_step', ordinal: 1, definition: 'RUN a', target: 'base' }, 'a step of the target base ran'],
    [{ kind: 'target', target: 'base' }, 'the target base comes to something else'],
    [{ kind: 'instruction', before: 'RUN a', after: null }, 'an instruction before it is gone'],
    [{ kind: 'instruction', before: null, after: 'RUN a' }, 'the instruction is new'],
    [{ kind: 'instruction', before: 'RUN b', after: 'RUN a' }, 'the instruction changed'],
  ])('%j', (reason, words) => {
    expect(reasonWords(reason)).toBe(words);
  });

  it('shows a name with a character that turns text around as what it is', () => {
    expect(reasonWords(files({ ...change('1', '2'), path: 'a\u202eb' }))).not.toContain('\u202e');
  });

  it('comes with what the cache was worth', () => {
    const economy = { savedMs: 9_000, ranMs: 1_000, importMs: 0, share: 0.9, untimed: 1 };
    expect(economyWords(economy)).toBe(
      '90 % of the time of its steps · about 9.0 s saved · 1.0 s ran · 1 reused step of unknown time',
    );
    expect(economyWords({ savedMs: 0, ranMs: 0, importMs: 0, share: null, untimed: 0 })).toBe('nothing ran');
  });

  it('is a sentence, too', () => {
    expect(reasonSentence({ kind: 'base', image: 'a', before: 'sha256:a', after: 'sha256:b' })).toBe(
      'The base image moved.',
    );
    expect(reasonSentence(files(change('1', '2')))).toBe('The file a.js changed.');
    expect(reasonSentence(files(change('1', '2'), change('1', '2')))).toBe('2 files of its changed.');
    const variable = { kind: 'variable', name: 'version', before: '1', after: '2' } as const;
    expect(reasonSentence(variable)).toBe('The variable version changed.');
    expect(reasonSentence({ kind: 'not_kept', why: 'dropped' })).toMatch(/^Every input is the same/);
    const evicted = (why: 'budget' | 'unused', unusedDays: number | null) =>
      reasonSentence({ kind: 'not_kept', why: 'evicted', eviction: { why, unusedDays } });
    expect(evicted('unused', 30)).toMatch(/cache was deleted: unused for 30 days\.$/);
    expect(evicted('budget', null)).toMatch(/was deleted before this build, by the budget of the project\.$/);
  });
});
