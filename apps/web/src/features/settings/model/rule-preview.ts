import { judge, parseRef, type Rule, type Verdict } from '@cooperage/domain/predicates';

/** As it is written in a form. */
export type RuleDraft = Omit<Rule, 'id'> & { readonly priority: number };

const sampleCommit = '0123456789abcdef0123456789abcdef01234567';

/** What a rule would make of a ref, by the same judge that control uses; paths are left out of it. */
export function previewRule(draft: RuleDraft, ref: string, defaultBranch: string): Verdict {
  const full = parseRef(ref) ? ref : `refs/${draft.refKind === 'branch' ? 'heads' : 'tags'}/${ref}`;
  const head = { ref: full, commit: sampleCommit, defaultBranch, changedPaths: null };
  return judge({ ...draft, id: 'draft' }, head, false);
}
