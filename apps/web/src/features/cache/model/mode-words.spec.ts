import { expect, it } from 'vitest';
import { nextSentence, signedDuration, weightSentence } from './mode-words';

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

it('says what the caches weigh, and who allows how much', () => {
  const words = (budgetBytes: number | null, budgetOf: 'project' | 'organization' | null) =>
    weightSentence({ bytes: 2_048, budgetBytes, budgetOf });
  expect(words(null, null)).toMatch(/weigh 2\.0 KiB in the registry; neither it nor its organization sets a budget\.$/);
  expect(words(4_096, 'organization')).toMatch(/, of 4\.0 KiB that the organization allows\.$/);
});
