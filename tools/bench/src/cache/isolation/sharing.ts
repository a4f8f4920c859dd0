import { demand } from '../../measure/inexact.js';

/** `isolated`: each branch has a cache of its own, and reads the default branch's where it has none yet. `shared`: one for everybody. */
export type Sharing = 'isolated' | 'shared';

export const mainRef = 'refs/heads/main';

/** Where a round pushes: to a branch that nobody has seen yet, or to where everybody does. */
export function refOfRound(sharing: Sharing, round: number): string {
  return sharing === 'isolated' ? `refs/heads/topic-${round}` : mainRef;
}

/** The builds of one round: the first of its branch, one on the engine that has just built it, one that has its own cache. */
export const stages = ['first', 'warm', 'again'] as const;
export type Stage = (typeof stages)[number];

/**
 * A builder that knows nothing has to find all in caches: then nothing has changed, since what isolation costs would drown in
 * the time that it takes to unpack layers for a step. On a warm builder a file changes, and the steps behind it run.
 */
export const worlds: Readonly<Record<Stage, { readonly wiped: boolean; readonly changes: boolean }>> = {
  first: { wiped: true, changes: false },
  warm: { wiped: false, changes: true },
  again: { wiped: true, changes: false },
};

/** Steps behind the file that changes. */
const stepsBehind = 3;

/** No step runs that has to be in the cache that the build reads. @throws {Inexact} */
export function demandSteps(sharing: Sharing, stage: Stage, ran: number): void {
  const wanted = worlds[stage].changes ? stepsBehind : 0;
  demand(ran === wanted, `${sharing}, ${stage}: ${ran} steps ran instead of ${wanted}`);
}

/** Whose files a round begins with: those that its reader’s cache holds. A cache that all write holds the newest. */
export function treeOfRound<T>(sharing: Sharing, first: T, newest: T): T {
  return sharing === 'isolated' ? first : newest;
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
