import { expect, it } from 'vitest';
import { KnownCommits } from './known-commits.js';

const facts = (commit: string) => ({
  ...{ commit, tree: 't', parents: [], authorName: 'Ada', committedAtSeconds: 1, subject: 's' },
});

it('keeps the few commits that were read last, and none that is large', () => {
  const known = new KnownCommits();
  for (const commit of ['1', '2', '3', '4']) known.note(facts(commit), 300);
  known.note(facts('1'), 300);
  known.note(facts('large'), 4_097);
  known.note(facts('5'), 300);
  const kept = ['1', '2', '3', '4', '5', 'large'].filter((commit) => known.get(commit) !== undefined);
  expect(kept).toEqual(['1', '3', '4', '5']);
  expect(known.get('5')).toEqual(facts('5'));
});
