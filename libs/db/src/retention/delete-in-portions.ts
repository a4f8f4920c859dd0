import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** Log chunks of one statement: each has thousands of lines, and large values that the store keeps apart. */
const chunksAtOnce = 200;

/** Each may have a detail of some KB, and there is one for each version of the build. */
const eventsAtOnce = 10_000;

/**
 * Deletes rows in statements of at most `atOnce`, so that each is done in the time for one statement, however many there are.
 * @param where over the columns of the table
 */
export async function deleteInPortions(db: Database, table: string, where: Prisma.Sql, atOnce: number): Promise<void> {
  const name = Prisma.raw(table);
  const deleteSome = () =>
    db.statement(
      (each) => each.$executeRaw`
        DELETE FROM ${name} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${name} WHERE ${where} LIMIT ${atOnce}))`,
    );
  while ((await deleteSome()) > 0);
}

/** Deletes the lines of a build's log. Its attempts stay as they are. */
export function deleteLog(db: Database, buildId: string): Promise<void> {
  // As an array, the attempts are always looked up by the index of the chunks.
  const ofBuild = Prisma.sql`attempt_id = ANY (ARRAY(SELECT id FROM attempt WHERE build_id = ${buildId}::uuid))`;
  return deleteInPortions(db, 'log_chunk', ofBuild, chunksAtOnce);
}

/** Deletes a build. What belongs to it goes with it in one statement, except its log and its events: all the rest of one build has a limit. */
export async function deleteBuild(db: Database, buildId: string): Promise<void> {
  await deleteLog(db, buildId);
  await deleteInPortions(db, 'build_event', Prisma.sql`build_id = ${buildId}::uuid`, eventsAtOnce);
  await db.prisma.build.deleteMany({ where: { id: buildId } });
}
