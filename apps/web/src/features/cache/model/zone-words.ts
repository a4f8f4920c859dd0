import type { ProjectCache } from '@cooperage/contracts';
import type { Zone } from '@cooperage/domain/predicates';
import { visibleText } from '../../../lib/format/names';

type ZoneNumbers = ProjectCache['zones'][number];

/** Whose builds a zone is. */
export const zoneWords: Readonly<Record<Zone, string>> = {
  protected: 'protected branches and tags',
  branch: 'other branches',
  fork: 'forks and strangers',
};

/** Of what a build of a zone reads the first that is there, and when none of it stands. */
export function chainOf(zone: Zone, defaultBranch: string | null): readonly string[] {
  const main = defaultBranch === null ? 'the default branch’s' : `${visibleText(defaultBranch)}’s`;
  const last = 'none: every step runs';
  if (zone === 'protected') return ['the branch’s or tag’s own', main, last];
  const own = zone === 'fork' ? 'the fork branch’s own' : 'the branch’s own';
  return [own, 'that of the protected branch that it is to be merged into', main, last];
}

/** What its cache was worth, or that nothing was built. */
export function shareWords({ builds, share }: Pick<ZoneNumbers, 'builds' | 'share'>): string {
  if (builds === 0) return '–';
  return share === null ? 'nothing ran' : `${Math.round(share * 100)} %`;
}
