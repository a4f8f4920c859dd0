import type { RuleSettings } from '@cooperage/db';

const everyPath = { enabled: true, includePaths: [], excludePaths: [], cachePolicy: 'zone' } as const;

/** What a new project builds until a person says otherwise: every branch, and version tags. */
export const firstRules: readonly RuleSettings[] = [
  { ...everyPath, name: 'branches', refKind: 'branch', refPattern: '**', tags: ['{{branch}}', '{{default}}'] },
  { ...everyPath, name: 'tags', refKind: 'tag', refPattern: 'v*', tags: ['{{version}}', '{{tag}}'] },
];
