import type { Database } from './database.js';

/** Name of the newest migration that this code expects; a test compares it with the migrations' folder. */
export const schemaVersion = '20261203070000_failing_verifications';

/** Whether the database answers and has this version's migrations, whole. */
export async function isMigrated(db: Database): Promise<boolean> {
  const rows = await db.prisma.$queryRaw<{ done: boolean }[]>`
    SELECT finished_at IS NOT NULL AS done FROM _prisma_migrations
    WHERE migration_name = ${schemaVersion} AND rolled_back_at IS NULL`;
  return rows.some(({ done }) => done);
}
