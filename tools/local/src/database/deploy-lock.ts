import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { setWhereKnown } from './known-setting.ts';

/** Numbers of advisory locks: ours, and that of Prisma's engine, which holds it in the session in which it applies. */
const OURS = 1_668_247_408;
const PRISMAS = 72_707_369;
const LOOK_AGAIN_MS = 500;

/**
 * Runs `work` while no other process applies migrations to this database. It waits by looking again: whoever waits within a statement
 * has a snapshot, and `CREATE INDEX CONCURRENTLY` waits for that, which is a deadlock. The lock is that of an idle session. It is lost
 * with its connection, which `work` notices at the next query.
 * @param work gets the session that holds the lock
 * @param say says to people that this waits
 * @throws {Error} when the database cannot be reached
 */
export async function withDeployLock<T>(
  databaseUrl: string,
  say: (line: string) => void,
  work: (holder: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
  // A query says it: nobody listens in between.
  client.on('error', () => {});
  await client.connect();
  try {
    await stayIdle(client);
    let isSaid = false;
    // The session of a process that was killed goes on with its migration until the server notices that: it has Prisma's lock.
    while (!((await take(client, OURS)) && (await isFree(client, PRISMAS)))) {
      if (!isSaid) say('· waiting for another process, which applies migrations');
      isSaid = true;
      await delay(LOOK_AGAIN_MS);
    }
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The server keeps this session as long as this machine is there, and ends it within a minute when that is gone. */
async function stayIdle(client: pg.Client): Promise<void> {
  const settings = { idle_session_timeout: 0, tcp_keepalives_idle: 30, tcp_keepalives_interval: 10 };
  for (const [name, value] of Object.entries({ ...settings, tcp_keepalives_count: 3 }))
    await setWhereKnown(client, name, value);
}

async function isFree(client: pg.Client, number: number): Promise<boolean> {
  if (!(await take(client, number))) return false;
  await client.query('SELECT pg_advisory_unlock($1)', [number]);
  return true;
}

async function take(client: pg.Client, number: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [number]);
  return rows[0]?.taken === true;
}
