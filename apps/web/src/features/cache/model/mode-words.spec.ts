import { expect, it } from 'vitest';
import { nextSentence, signedDuration } from './mode-words';

it('says what the next build leaves, and why', () => {
  const modes = (mode: 'max' | 'none', why: 'few_builds' | 'better') =>
    nextSentence({ setting: 'automatic', next: { mode, why }, numbers: [] });
  expect(modes('max', 'few_builds')).toMatch(/^The next build leaves its cache with mode max, since too few builds/);
  expect(modes('none', 'better')).toMatch(/^The next build leaves nothing of its cache, since it is worth more/);
});

it('shows a loss as one', () => {
  expect([signedDuration(null), signedDuration(2_000), signedDuration(-2_000)]).toEqual([
    'not known',
    '2.0 s',
    '−2.0 s',
  ]);
});
