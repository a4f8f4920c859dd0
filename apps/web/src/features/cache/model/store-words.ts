import type { CacheEntry, CacheEviction, CacheReset } from '@cooperage/contracts';
import { shortRef, visibleText } from '../../../lib/format/names';

type Scope = Pick<CacheReset, 'zone' | 'ref'>;

/** What a reset covers. */
export function scopeWords({ zone, ref }: Scope): string {
  if (zone === null) return 'the whole project';
  return ref === null ? `the ${zone} zone` : `${visibleText(shortRef(ref))} in the ${zone} zone`;
}

/** Who reads an entry, by the chain of its zone. */
export function readerWords({ zone, ref, readByAll }: Pick<CacheEntry, 'zone' | 'ref' | 'readByAll'>): string {
  const own = zone === 'fork' ? 'strangers’ builds of this ref' : `builds of ${visibleText(shortRef(ref))}`;
  if (readByAll) return `${own} first, then those of every other ref after their own`;
  return zone === 'protected' && ref.startsWith('refs/heads/') ? `${own}, and those to be merged into it` : own;
}

export const causeWords: Readonly<Record<CacheEviction['why'], string>> = {
  reset: 'the cache was reset',
  budget: 'the budget of the project',
  ref_deleted: 'its branch or tag is gone',
  pruned: 'deleted by a rule',
};
