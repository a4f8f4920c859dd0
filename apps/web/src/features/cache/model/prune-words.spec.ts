import type { CachePrune, CachePrunePreview } from '@cooperage/contracts';
import { expect, it } from 'vitest';
import { leftWords, previewSentence, pruneProgress, ruleWords } from './prune-words';

it('says what a rule takes', () => {
  expect(ruleWords({ zone: null, q: '', unusedDays: 1 })).toBe('caches of every zone that no build used for 1 day');
  expect(ruleWords({ zone: 'branch', q: 'feature/', unusedDays: 30 })).toBe(
    'caches of the branch zone with “feature/” in their ref that no build used for 30 days',
  );
});

it('says what it would do, and to whom', () => {
  const sentence = (references: number, colderRefs: number) =>
    previewSentence({ references, bytes: 2_097_152, colderRefs } as CachePrunePreview);
  expect(sentence(0, 0)).toBe('Nothing goes by this rule.');
  expect(sentence(1, 0)).toBe('1 cache goes, which frees 2.0 MiB; no build reads it.');
  expect(sentence(3, 1)).toBe('3 caches go, which frees 2.0 MiB; the next build of 1 ref starts colder.');
  expect(leftWords([])).toBe('nothing: it starts cold');
  expect(leftWords(['refs/heads/topic', 'refs/heads/main'])).toBe('what topic and main left');
});

it('says how far it has come', () => {
  const progress = (deleted: number, endedAt: string | null) =>
    pruneProgress({ references: 2, deleted, endedAt } as CachePrune);
  expect(progress(0, null)).toBe('0 of 2 caches deleted so far');
  expect(progress(2, '2026-11-29T00:00:00Z')).toBe('2 caches deleted');
  expect(progress(1, '2026-11-29T00:00:00Z')).toMatch(/^1 of 2 caches deleted; the rest was written anew/);
});
