import type pg from 'pg';
import { withDeployLock } from './deploy-lock.ts';
import { type Applying, applyPending, status } from './migrations.ts';
import { lockCodes, type Patience, usualPatience, WHERE_OTHERS_HOLD } from './patience.ts';
import { ScriptFailure } from './schema-engine.ts';
import type { SchemaFolders } from './schema-files.ts';

/** What passes by itself beside locks: a server that is stopped or begins; `connection` where it said nothing more. */
const losses = new Set(['57P01', '57P02', '57P03', 'connection']);

/**
 * Applies the migrations that the database lacks, in order, each in one transaction unless it says otherwise (`statementsOf`). Safe to call
 * from several processes: one applies, the others wait. A migration is marked as rolled back, and tried again, where somebody else's lock
 * kept it from its work, and where the process that began it is gone.
 * @returns the names of those that this call applied
 * @throws {Error} when an applied migration was edited, when an earlier one failed, or when one fails now: with what to do
 */
export async function deploy(
  databaseUrl: string,
  folders: SchemaFolders,
  patience: Patience = usualPatience,
): Promise<readonly string[]> {
  const applying: Applying = { applied: new Set(), last: undefined };
  for (let attempt = 1; ; attempt++) {
    try {
      await withDeployLock(databaseUrl, patience.say, (holder) =>
        tryOnce(holder, attempt, () => applyPending(databaseUrl, folders, patience, applying), patience),
      );
      return [...applying.applied];
    } catch (error) {
      if (!isPassing(error)) throw await explained(error, databaseUrl, folders);
      if (attempt >= patience.tries) throw givenUp(applying.last ?? 'a migration', attempt, error);
      await patience.pause(`try ${attempt} of ${patience.tries}: a migration was kept from its work: ${error.reason}`);
    }
  }
}

/** Under the lock no migration is under way. So one without an end is nobody's, unless an error of its own is written down. */
async function tryOnce(
  holder: pg.Client,
  attempt: number,
  apply: () => Promise<void>,
  { say }: Patience,
): Promise<void> {
  const left = await markUnfinished(holder, attempt > 1 ? 'all' : 'without an error');
  for (const name of left) say(`· ${name} did not come to its end, and begins anew`);
  try {
    await apply();
  } catch (error) {
    // Where the server is gone, so is the lock: the next try marks it.
    if (isPassing(error)) await markUnfinished(holder, 'all').catch(() => undefined);
    throw error;
  }
}

/** In the session that holds the lock, so that nothing is marked without it. */
async function markUnfinished(holder: pg.Client, which: 'all' | 'without an error'): Promise<readonly string[]> {
  const { rows } = await holder.query<{ made: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS made`,
  );
  if (rows[0]?.made !== true) return [];
  const marked = await holder.query<{ migration_name: string }>(
    `UPDATE _prisma_migrations SET rolled_back_at = now()
    WHERE finished_at IS NULL AND rolled_back_at IS NULL AND ($1 OR logs IS NULL) RETURNING migration_name`,
    [which === 'all'],
  );
  return marked.rows.map((row) => row.migration_name);
}

function isPassing(error: unknown): error is ScriptFailure {
  return error instanceof ScriptFailure && (lockCodes.has(error.code) || losses.has(error.code));
}

function givenUp(name: string, tries: number, cause: ScriptFailure): Error {
  const next = lockCodes.has(cause.code) ? WHERE_OTHERS_HOLD : 'Look why the database ends its connections.';
  return new Error(`${name} was tried ${tries} times: ${cause.reason}\n${next} Then start again.`, { cause });
}

/** The error with what a person does next, where a migration is the reason. */
async function explained(error: unknown, databaseUrl: string, folders: SchemaFolders): Promise<unknown> {
  const isOfMigration = error instanceof ScriptFailure || /failed migrations/.test(String(error));
  if (!(error instanceof Error) || !isOfMigration) return error;
  const [name = 'NAME'] = (await status(databaseUrl, folders)).failed;
  return new Error(
    `${error.message}
When the cause is gone, and no other process applies migrations, let ${name} be tried again:
  npm run db -- rolled-back ${name}
  docker compose run --rm migrate tools/local/src/database/migrate.ts rolled-back ${name}    (Docker Compose)
Then start again.`,
    { cause: error },
  );
}
