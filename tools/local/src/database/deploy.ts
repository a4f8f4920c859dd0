import { setTimeout as delay } from 'node:timers/promises';
import { applyPending, markRolledBack, status } from './migrations.ts';
import { ScriptFailure } from './schema-engine.ts';
import type { SchemaFolders } from './schema-files.ts';

/** How a migration meets those who use the database at the same time. */
export interface Patience {
  /** A migration waits this long for a lock, and others wait behind it. */
  readonly lockTimeoutMs: number;
  readonly tries: number;
  /** Waits before the next try. @param problem one line for people */
  readonly pause: (problem: string) => Promise<void>;
}

const usual: Patience = {
  lockTimeoutMs: 10_000,
  tries: 3,
  async pause(problem) {
    process.stderr.write(`${problem}\n`);
    await delay(10_000);
  },
};

/** SQLSTATE of what passes by itself, and lets a migration be begun anew: no lock in time, and the victim of a deadlock. */
const locks = new Set(['55P03', '40P01']);
/** As well: a server that is stopped or begins; `connection` where it said nothing more. */
const losses = new Set(['57P01', '57P02', '57P03', 'connection']);

/**
 * Applies the migrations that the database lacks, in order, each in one transaction unless it says otherwise (`statementsOf`); safe to call
 * from several processes. A migration that somebody else's lock kept from its work is marked as rolled back, and tried again.
 * @throws {Error} when an applied migration was edited, when an earlier one failed, or when one fails now: with what to do
 */
export async function deploy(
  databaseUrl: string,
  folders: SchemaFolders,
  patience: Patience = usual,
): Promise<readonly string[]> {
  const applied: string[] = [];
  for (let attempt = 1; ; attempt++) {
    const { pending } = await status(databaseUrl, folders);
    try {
      return [...applied, ...(await applyPending(databaseUrl, folders, patience.lockTimeoutMs))];
    } catch (error) {
      if (!isPassing(error)) throw await explained(error, databaseUrl, folders);
      const isLost = !locks.has(error.code);
      const problem = `try ${attempt} of ${patience.tries}: a migration was kept from its work: ${error.reason}`;
      // The server may be about to start.
      if (isLost) await patience.pause(problem);
      const failed = await markFailed(databaseUrl, folders);
      const left = (await status(databaseUrl, folders)).pending;
      applied.push(...pending.filter((name) => !left.includes(name) && !failed.includes(name)));
      if (attempt >= patience.tries) throw givenUp(failed, attempt, error);
      if (!isLost) await patience.pause(problem);
    }
  }
}

function isPassing(error: unknown): error is ScriptFailure {
  return error instanceof ScriptFailure && (locks.has(error.code) || losses.has(error.code));
}

async function markFailed(databaseUrl: string, folders: SchemaFolders): Promise<readonly string[]> {
  const { failed } = await status(databaseUrl, folders);
  for (const name of failed) await markRolledBack(databaseUrl, folders, name);
  return failed;
}

function givenUp(names: readonly string[], tries: number, cause: ScriptFailure): Error {
  const next = locks.has(cause.code)
    ? 'Others hold what it needs. Stop api, live, control and the builders, and wait until no backup runs.'
    : 'Look why the database ends its connections.';
  const what = names.join(', ') || 'a migration';
  return new Error(`${what} was tried ${tries} times: ${cause.reason}\n${next} Then start again.`, {
    cause,
  });
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
