import type { ProjectCache } from '@cooperage/contracts';
import { expect, it } from 'vitest';
import { modeTrendSentences, nextSentence, partWords, signedDuration, weightSentence } from './mode-words';

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

it('says where a mode goes, and what is left over of it on which branches', () => {
  const max: ProjectCache['modes']['numbers'][number] = {
    ...{ mode: 'max', builds: 7, gainMs: 9_000, costMs: 1_000, bytes: null, netMs: 8_000 },
    ...{ main: { builds: 3, netMs: -2_000 }, others: { builds: 0, netMs: null }, trend: { before: 3_000, now: 1_000 } },
  };
  expect(modeTrendSentences({ numbers: [max] })).toEqual([
    'With max, 3.0 s was left over a build in the older half of them, 1.0 s in the newer.',
  ]);
  expect(modeTrendSentences({ numbers: [{ ...max, trend: null }] })).toEqual([]);
  expect([partWords(max.main), partWords(max.others)]).toEqual(['−2.0 s in 3', '–']);
});
