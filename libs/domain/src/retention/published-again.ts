import type { Zone } from '../cache/zone.js';

/** What builds of one zone have published of an image. */
export interface ZonePublications {
  readonly zone: Zone;
  /** Whether one did before the deletion was asked for. */
  readonly before: boolean;
  /** The number of one that did since; null where there is none. */
  readonly since: number | null;
}

/** The more it takes to publish in a zone, the later it stands. */
const zonesByRank: readonly Zone[] = ['fork', 'branch', 'protected'];

/**
 * The number of a build that has published an image again since its deletion was asked for. One of a lower zone than those before does not
 * count: else who may push a branch could keep what an administrator deletes of a release.
 */
export function publishedAgain(zones: readonly ZonePublications[]): number | null {
  const rankOf = ({ zone }: ZonePublications) => zonesByRank.indexOf(zone);
  const before = zones.filter((each) => each.before).map(rankOf);
  return zones.find((each) => each.since !== null && rankOf(each) >= Math.max(0, ...before))?.since ?? null;
}
