import { demand } from '../../measure/inexact.js';

/** `isolated`: each branch has a cache of its own and may read the default branch's. `shared`: one for everybody. */
export type Sharing = 'isolated' | 'shared';

export const mainRef = 'refs/heads/main';

/** Where a round pushes: to a branch that nobody has seen yet, or to where everybody does. */
export function refOfRound(sharing: Sharing, round: number): string {
  return sharing === 'isolated' ? `refs/heads/topic-${round}` : mainRef;
}

/** The builds of one round: the first of its branch, one on the engine that has just built it, one that has its own cache. */
export const stages = ['first', 'warm', 'again'] as const;
export type Stage = (typeof stages)[number];

/** A builder that knows nothing has to find all in caches. */
export function isWipedBefore(stage: Stage): boolean {
  return stage !== 'warm';
}

/**
 * Both sides have to do what they are called, or nothing of isolation was measured.
 * @param before digest under the default branch's reference
 * @throws {Inexact}
 */
export function demandSharing(sharing: Sharing, before: string, after: string): void {
  if (sharing === 'isolated') demand(before === after, 'a branch has written the cache of the default branch');
  else demand(before !== after, 'the shared cache was not written');
}
