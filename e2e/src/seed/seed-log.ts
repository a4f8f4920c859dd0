import { randomUUID } from 'node:crypto';
import { Database, PostgresChunkStore } from '@cooperage/db';
import { openLogWriter, SecretMasker } from '@cooperage/logs/write';
import { query } from '@cooperage/testing';
import { type SeededStep, seededParts, seededSteps } from './log-text.js';

export interface SeedLogOptions {
  /** A role that may write every table: the database's owner. */
  readonly databaseUrl: string;
  /** A build that has ended; the new one is a copy of it that succeeded, with a log of its own and no image. */
  readonly likeBuildId: string;
  /** Lines of the log; a million by default. */
  readonly lines?: number;
  /** Gets the log as it is written, as viewers do; nobody by default. */
  readonly liveBus?: LiveBus;
}

type LiveBus = Parameters<typeof openLogWriter>[0]['liveBus'];
const nobody: LiveBus = { publish: () => true, subscribe: () => () => {} };

export interface SeededLog {
  readonly buildId: string;
  /** Number in its project: the page is `/p/<organization>/<project>/b/<number>`. */
  readonly number: number;
  readonly attemptId: string;
  readonly steps: readonly SeededStep[];
  /** From the first line to the moment at which all are stored, milliseconds. */
  readonly writtenInMs: number;
}

/** Lines a millisecond by the log's own clock: a step of a hundred thousand lines took ten seconds. */
const linesPerMs = 10;

/**
 * Puts a log of any size into a running installation within seconds: a finished build, one attempt, four steps, and
 * their lines through the product's own writer into the product's own archive, exactly as a builder leaves them.
 */
export async function seedLog({
  databaseUrl,
  likeBuildId,
  lines = 1_000_000,
  liveBus = nobody,
}: SeedLogOptions): Promise<SeededLog> {
  const steps = seededSteps(lines);
  const attemptId = randomUUID();
  const build = await copyBuild(databaseUrl, likeBuildId, attemptId);
  const beganMs = performance.now();
  await writeLog(databaseUrl, attemptId, steps, liveBus);
  const writtenInMs = performance.now() - beganMs;
  await endAttempt(databaseUrl, attemptId, steps);
  return { ...build, attemptId, steps, writtenInMs };
}

async function copyBuild(databaseUrl: string, likeBuildId: string, attemptId: string) {
  const [copy] = await query<{ buildId: string; number: number }>(
    databaseUrl,
    `WITH numbered AS (
       UPDATE project p SET last_build_number = last_build_number + 1 FROM build b WHERE b.id = $1 AND p.id = b.project_id
       RETURNING p.last_build_number AS number
     )
     INSERT INTO build
     SELECT (jsonb_populate_record(b, jsonb_build_object('id', $2::text, 'number', n.number, 'attempt_number', 1,
       'status', 'succeeded', 'failure', null))).*
     FROM build b, numbered n WHERE b.id = $1 RETURNING id AS "buildId", number`,
    [likeBuildId, newestId()],
  );
  if (!copy) throw new Error(`there is no build ${likeBuildId}`);
  await query(
    databaseUrl,
    `INSERT INTO attempt (id, build_id, number, state, worker_name, claimed_at) VALUES ($1, $2, 1, 'claimed', 'seed', now())`,
    [attemptId, copy.buildId],
  );
  return copy;
}

async function writeLog(
  databaseUrl: string,
  attemptId: string,
  steps: readonly SeededStep[],
  liveBus: LiveBus,
): Promise<void> {
  const db = new Database({ url: databaseUrl, poolSize: 2, applicationName: 'seed' });
  let written = 0;
  const log = openLogWriter({
    attemptId,
    epoch: 1,
    masker: SecretMasker.of([]),
    clock: () => written / linesPerMs,
    chunkStore: new PostgresChunkStore(db),
    liveBus,
    limits: { outputBytes: Number.MAX_SAFE_INTEGER },
    onLimit: () => {},
    onFenced: () => {},
  });
  for (const [index, step] of steps.entries()) {
    for (const part of seededParts(index + 1, step.lines)) {
      await log.output(index + 1, 1, part.bytes);
      written += part.lines;
    }
    await log.endStep(index + 1);
  }
  const outcome = await log.close();
  await db.close();
  if (outcome !== 'stored') throw new Error(`the log was not stored: ${outcome}`);
}

async function endAttempt(databaseUrl: string, attemptId: string, steps: readonly SeededStep[]): Promise<void> {
  let before = 0;
  for (const [index, { name, lines }] of steps.entries()) {
    await query(
      databaseUrl,
      `INSERT INTO step (attempt_id, ordinal, vertex_id, name, internal, cached, started_at, completed_at)
       SELECT $1, $2, $3, $4, false, false, claimed_at + $5 * interval '1 millisecond', claimed_at + $6 * interval '1 millisecond'
       FROM attempt WHERE id = $1`,
      [attemptId, index + 1, `seed:${index + 1}`, name, before / linesPerMs, (before + lines) / linesPerMs],
    );
    before += lines;
  }
  await query(databaseUrl, `UPDATE attempt SET state = 'built', ended_at = now() WHERE id = $1`, [attemptId]);
}

/** Ids sort by time (UUIDv7), and the copy is the newest build of its project. */
function newestId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
