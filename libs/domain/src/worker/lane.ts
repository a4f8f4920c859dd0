import type { Zone } from '../cache/zone.js';

/**
 * Which builds a builder takes. `trusted`: those of one organization's own code. `strangers`: those of forks, and all where
 * several organizations that do not trust one another build; their engine meets the floor and is emptied between them.
 */
export const lanes = ['trusted', 'strangers'] as const;
export type Lane = (typeof lanes)[number];

/** The oldest BuildKit that runs code of strangers: earlier ones have known ways out (S-052 of the threat list). */
export const engineFloor = '0.31.2';

/**
 * Whether an engine of this version may run code of strangers. Only BuildKit's own version counts: one that is inside a Docker
 * engine is known by that engine's version alone. A version before its release is older than it (SemVer 2.0.0).
 * @param oldest another floor than that
 */
export function meetsFloor(engineVersion: string, oldest: string = engineFloor): boolean {
  const parts = /^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.exec(engineVersion);
  if (!parts) return false;
  const found = parts.slice(1, 4).map(Number);
  const floor = oldest.split('.').map(Number);
  const at = found.findIndex((part, index) => part !== floor[index]);
  return at === -1 ? parts[4] === undefined : found[at]! > floor[at]!;
}

/** What may share one engine's state in the lane of strangers: nothing with a fork, else one organization's one zone. */
export function houseOf(build: { readonly organizationId: string; readonly zone: Zone }): string | null {
  return build.zone === 'fork' ? null : `${build.organizationId} ${build.zone}`;
}
