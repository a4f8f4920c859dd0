import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { type Portion, portionOf, storedBytes } from './portion.js';

/** Log chunks of one statement: each has thousands of lines, and large values that the store keeps apart. */
const chunksAtOnce = 200;

/** Each may have a detail of some KB, and there is one for each version of the build. */
const eventsAtOnce = 10_000;

/** Texts of an attempt and of a step; what has hardly any goes with its build as it is. */
const texts = {
  attempt: {
    columns: ['dockerfile', 'target_records', 'cache_read', 'failure'],
    emptied: Prisma.sql`dockerfile = NULL, target_records = NULL, cache_read = NULL, failure = NULL`,
    most: 8_192,
    atOnce: 1_000,
  },
  step: {
    columns: ['name', 'vertex_id', 'error', 'stage', 'target', 'platform', 'progress_group'],
    emptied: Prisma.sql`name = '', vertex_id = '', error = NULL, stage = NULL, target = NULL, platform = NULL, progress_group = NULL`,
    most: 1_024,
    atOnce: 5_000,
  },
} as const;

/**
 * Deletes rows in statements of at most `atOnce`, so that each is done in the time for one statement, however many there are.
 * @param where over the columns of the table
 */
export function deleteInPortions(db: Database, table: string, where: Prisma.Sql, atOnce: number): Promise<void> {
  return deletePortions(db, { table, where, atOnce });
}

/** Deletes the lines of a build's log. Its attempts stay as they are. */
export function deleteLog(db: Database, buildId: string, mostBytes?: number): Promise<void> {
  const portion = {
    table: 'log_chunk',
    atOnce: chunksAtOnce,
    large: ['payload', 'trigrams', 'line_deltas'],
    mostBytes,
  };
  return deletePortions(db, { ...portion, where: Prisma.sql`attempt_id ${attemptsOf(buildId)}` });
}

/**
 * Deletes a build. What belongs to it goes with it in one statement, except its log, its events and large texts of its attempts and steps: all
 * the rest of one build has a limit.
 * @param mostBytes of large values in one statement
 */
export async function deleteBuild(db: Database, buildId: string, mostBytes?: number): Promise<void> {
  const ofBuild = Prisma.sql`build_id = ${buildId}::uuid`;
  await deleteLog(db, buildId, mostBytes);
  await deletePortions(db, {
    ...{ table: 'build_event', where: ofBuild, atOnce: eventsAtOnce, large: ['detail'], mostBytes },
  });
  await emptyTexts(db, 'attempt', ofBuild, mostBytes);
  await emptyTexts(db, 'step', Prisma.sql`attempt_id ${attemptsOf(buildId)}`, mostBytes);
  await db.prisma.build.deleteMany({ where: { id: buildId } });
}

/** As an array, the attempts are always looked up by an index that begins with them. */
function attemptsOf(buildId: string): Prisma.Sql {
  return Prisma.sql`= ANY (ARRAY(SELECT id FROM attempt WHERE build_id = ${buildId}::uuid))`;
}

async function deletePortions(db: Database, portion: Portion) {
  const change = Prisma.sql`DELETE FROM ${Prisma.raw(portion.table)} WHERE ctid = ANY (ARRAY(SELECT place FROM portion))`;
  await inPortions(db, portion, change);
}

/** The rows stay for the build's own statement: what is counted of an organization's texts follows changes, and the deletion of a build. */
async function emptyTexts(db: Database, table: 'attempt' | 'step', where: Prisma.Sql, mostBytes?: number) {
  const { columns, emptied, most, atOnce } = texts[table];
  const large = Prisma.sql`${where} AND ${storedBytes(columns)} > ${most}`;
  const change = Prisma.sql`UPDATE ${Prisma.raw(table)} SET ${emptied} WHERE ctid = ANY (ARRAY(SELECT place FROM portion))`;
  await inPortions(db, { table, where: large, atOnce, large: columns, mostBytes }, change);
}

/** @param change what happens to the rows of `portion` */
async function inPortions(db: Database, portion: Portion, change: Prisma.Sql): Promise<void> {
  for (;;) {
    const [done] = await db.statement(
      (each) => each.$queryRaw<{ found: number; changed: number }[]>`
        WITH ${portionOf(portion)}, changed AS (${change} RETURNING 1)
        SELECT (SELECT count(*)::int FROM found) AS found, (SELECT count(*)::int FROM changed) AS changed`,
    );
    const { found, changed } = done!;
    const isMore = found === portion.atOnce || changed < found;
    // Where nothing of it could be changed, somebody else had it first.
    if (!isMore || changed === 0) return;
  }
}
