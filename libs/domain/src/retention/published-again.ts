import type { Zone } from '../cache/zone.js';

/** A build that made the bytes of an image, and has ended. */
export interface EndedBuild {
  readonly number: number;
  readonly zone: Zone;
  readonly succeeded: boolean;
  readonly finishedAt: Date;
}

/** The more it takes to publish in a zone, the later it stands. */
const zonesByRank: readonly Zone[] = ['fork', 'branch', 'protected'];

/**
 * A build that has published an image again since its deletion was asked for. One of a lower zone than those before does not count:
 * else who may push a branch could keep what an administrator deletes of a release.
 */
export function publishedAgain(builds: readonly EndedBuild[], since: Date): EndedBuild | undefined {
  const published = builds.filter(({ succeeded }) => succeeded);
  const isSince = ({ finishedAt }: EndedBuild) => finishedAt > since;
  const rankOf = ({ zone }: EndedBuild) => zonesByRank.indexOf(zone);
  const before = published.filter((build) => !isSince(build)).map(rankOf);
  return published.find((build) => isSince(build) && rankOf(build) >= Math.max(0, ...before));
}
