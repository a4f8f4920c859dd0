import type { ApiWorld } from './api-world.js';
import { rowsOf } from './rows.js';

/** A way to the database on which a statement that stands goes on to stand. Otherwise it would be ended after five seconds. */
export const patiently = (databaseUrl: string): string =>
  `${databaseUrl}?statement_timeout=60000&lock_timeout=60000&query_timeout=60000`;

/** Does `work` while no statement over the table gets anywhere: the slowest that they can be. */
export async function whileLocked(
  { database }: ApiWorld,
  table: 'build' | 'cache_blob' | 'delivery' | 'image' | 'project' | 'signature_artifact' | 'step_verdict' | 'tag_move',
  work: () => Promise<void>,
): Promise<void> {
  let isDone = false;
  const locked = Promise.withResolvers<void>();
  const holding = database.prisma.$transaction(
    async (tx) => {
      await tx.$executeRawUnsafe(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      locked.resolve();
      while (!isDone) {
        await tx.$queryRaw`SELECT 1`;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    { timeout: 60_000 },
  );
  holding.catch(locked.reject);
  await locked.promise;
  try {
    await work();
  } finally {
    isDone = true;
    await holding;
  }
}

/** Connections of a pool that wait for a lock. */
export async function waitingForLocks(world: ApiWorld, applicationName: string): Promise<number> {
  const [row] = await rowsOf<{ count: number }>(
    world,
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = '${applicationName}' AND wait_event_type = 'Lock'`,
  );
  return row!.count;
}
