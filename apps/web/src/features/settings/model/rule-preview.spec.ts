import { expect, it } from 'vitest';
import { previewRule, type RuleDraft } from './rule-preview';

const draft: RuleDraft = {
  name: 'r',
  enabled: true,
  refKind: 'branch',
  refPattern: 'release/*',
  includePaths: [],
  excludePaths: [],
  tags: ['{{branch}}', '{{default}}'],
  cachePolicy: 'zone',
  priority: 0,
};

it('shows the tags that a ref would get', () => {
  expect(previewRule(draft, 'release/2', 'main').tags).toEqual(['release-2']);
  expect(previewRule({ ...draft, refPattern: 'main' }, 'main', 'main').tags).toEqual(['main', 'latest']);
  expect(
    previewRule({ ...draft, refKind: 'tag', refPattern: 'v*', tags: ['{{version}}'] }, 'v1.2.3', 'main').tags,
  ).toEqual(['1.2.3']);
});

it('says why a ref would start nothing', () => {
  expect(previewRule(draft, 'main', 'main')).toMatchObject({ matched: false, reason: 'ref_does_not_match' });
  expect(previewRule(draft, 'refs/tags/v1', 'main').reason).toBe('ref_kind_differs');
});
