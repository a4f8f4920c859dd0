import { type CachePolicy, judge, parseRef, type Verdict } from '@cooperage/domain/predicates';

export interface RuleDraft {
  readonly name: string;
  readonly enabled: boolean;
  readonly refKind: 'branch' | 'tag';
  readonly refPattern: string;
  readonly includePaths: readonly string[];
  readonly excludePaths: readonly string[];
  readonly tags: readonly string[];
  readonly cachePolicy: CachePolicy;
}

const sampleCommit = '0123456789abcdef0123456789abcdef01234567';

/** What a rule would make of a ref, by the same judge that control uses; paths are left out of it. */
export function previewRule(draft: RuleDraft, ref: string, defaultBranch: string): Verdict {
  const full = parseRef(ref) ? ref : `refs/${draft.refKind === 'branch' ? 'heads' : 'tags'}/${ref}`;
  const head = { ref: full, commit: sampleCommit, defaultBranch, changedPaths: null };
  return judge({ ...draft, id: 'draft' }, head, null);
}
