import type { CacheEntry, CacheEviction, CacheRecords, CacheReset } from '@cooperage/contracts';
import { formatBytes } from '../../../lib/format/bytes';
import { daysWords } from '../../../lib/format/duration';
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
  if (readByAll) return `${own}, and those of every other ref that has none of its own`;
  return zone === 'protected' && ref.startsWith('refs/heads/') ? `${own}, and those to be merged into it` : own;
}

/** What of a cache only it holds, and what others hold as well. Null where it shares nothing, or nobody knows. */
export function shareWords({ aloneBytes, sharedBytes }: Pick<CacheEntry, 'aloneBytes' | 'sharedBytes'>): string | null {
  if (aloneBytes === null || !sharedBytes) return null;
  return `alone ${formatBytes(aloneBytes)}, shared ${formatBytes(sharedBytes)}`;
}

/** Which caches have layers of another one, by their names. */
export function sharersWords(sharers: CacheRecords['sharedWith']): string {
  const words = sharers.map((each) => `${visibleText(shortRef(each.ref))} (${each.zone}, ${formatBytes(each.bytes)})`);
  return words.join(', ');
}

const causes: Readonly<Record<Exclude<CacheEviction['why'], 'unused'>, string>> = {
  reset: 'the cache was reset',
  budget: 'the budget of the project',
  ref_deleted: 'its branch or tag is gone',
  pruned: 'deleted by a rule',
  unreadable: 'it had too many parts to count: mode min leaves fewer',
};

/** Why a cache was deleted. */
export function causeWords({ why, unusedDays }: Pick<CacheEviction, 'why' | 'unusedDays'>): string {
  return why === 'unused' ? `unused for ${daysWords(unusedDays ?? 0)}` : causes[why];
}
