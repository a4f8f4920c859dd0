/** As `COOPERAGE_LANE` names them. */
export type BuilderPool = 'trusted' | 'strangers';

export const builderUsers: Readonly<Record<BuilderPool, string>> = {
  trusted: 'cooperage-builder',
  strangers: 'cooperage-builder-untrusted',
};

/**
 * Rules of the Redis user of a pool's builders (docs/adr/0035): queues of that pool, and to publish what steps print. No command
 * that tells of the server or names the keys and channels of others, but INFO, which clients read when they connect.
 * `docker-compose.yml` has the same words. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
export function builderRights(pool: BuilderPool): string {
  const keys = ['run-build', 'export-cache'].map((job) => `~bull:${job}-${pool}-*`).join(' ');
  const closed = '-@dangerous -@admin -@pubsub -@scripting -scan -randomkey -dbsize -client';
  return `resetkeys ${keys} resetchannels &cooperage:log:* +@all ${closed} +publish +eval +evalsha +info +client|setname`;
}
