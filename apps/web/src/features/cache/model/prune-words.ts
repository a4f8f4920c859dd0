import type { CachePrune, CachePrunePreview } from '@cooperage/contracts';
import { formatBytes } from '../../../lib/format/bytes';
import { daysWords } from '../../../lib/format/duration';
import { shortRef, visibleText } from '../../../lib/format/names';

type Rule = Pick<CachePrune, 'zone' | 'q' | 'unusedDays'>;

const caches = (count: number): string => `${count} ${count === 1 ? 'cache' : 'caches'}`;

/** Which caches a rule takes. */
export function ruleWords({ zone, q, unusedDays }: Rule): string {
  return [
    zone === null ? 'caches of every zone' : `caches of the ${zone} zone`,
    q !== '' && `with “${visibleText(q)}” in their ref`,
    unusedDays !== null && `that no build used for ${daysWords(unusedDays)}`,
  ]
    .filter(Boolean)
    .join(' ');
}

/** What a rule would do, in a sentence. */
export function previewSentence({ references, bytes, colderRefs }: CachePrunePreview): string {
  if (references === 0) return 'Nothing goes by this rule.';
  const [verb, them] = references === 1 ? ['goes', 'it'] : ['go', 'them'];
  const who =
    colderRefs === 0
      ? `no build reads ${them}`
      : `the next build of ${colderRefs} ${colderRefs === 1 ? 'ref' : 'refs'} starts colder`;
  return `${caches(references)} ${verb}, which frees ${formatBytes(bytes)}; ${who}.`;
}

/** What the next build of a ref still finds. */
export function leftWords(left: readonly string[]): string {
  return left.length === 0
    ? 'nothing: it starts cold'
    : `what ${left.map((ref) => visibleText(shortRef(ref))).join(' and ')} left`;
}

/** How far a prune has come. */
export function pruneProgress({ references, deleted, endedAt }: CachePrune): string {
  if (endedAt === null) return `${deleted} of ${caches(references)} deleted so far`;
  if (deleted === references) return `${caches(references)} deleted`;
  return `${deleted} of ${caches(references)} deleted; the rest was written anew meanwhile, or the registry did not delete it`;
}
