import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { services } from './services.js';

/** Of the sixteen of a Redis, without the first, which is everybody's. */
const databases = 15;

export interface OwnRedis {
  readonly url: string;
  /** The same database of the server for untrusted code. */
  readonly untrustedUrl: string;
  giveBack(): Promise<void>;
}

/**
 * A Redis database that nobody else has now: two systems with one queue would take each other's jobs. It is held by a lock of
 * the tests' own PostgreSQL, so it ends with whoever dies with it.
 */
export async function takeRedis(): Promise<OwnRedis> {
  const client = new pg.Client({ connectionString: services().databaseUrl });
  // A server that is stopped under it ends the lock, and with it the tests: nobody needs to hear of it here.
  client.on('error', () => undefined);
  await client.connect();
  const first = randomInt(databases);
  for (let tries = 0; ; tries++) {
    const database = 1 + ((first + tries) % databases);
    const { rows } = await client.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken',
      [`redis ${database}`],
    );
    if (!rows[0]?.taken) {
      if (tries > databases) await delay(100);
      continue;
    }
    const servers = [services().redisUrl, services().untrustedRedisUrl] as const;
    await Promise.all(servers.map((url) => empty(url, database)));
    const [url, untrustedUrl] = servers;
    return { url: `${url}/${database}`, untrustedUrl: `${untrustedUrl}/${database}`, giveBack: () => client.end() };
  }
}

/** Whoever had it before may have been killed, and its queue would be worked off by the next one. */
async function empty(url: string, database: number): Promise<void> {
  const { hostname, port, password } = new URL(url);
  const socket = connect(Number(port), hostname);
  const commands = [
    ...(password ? [`AUTH ${decodeURIComponent(password)}`] : []),
    `SELECT ${database}`,
    'FLUSHDB',
    'QUIT',
  ];
  socket.write(commands.map((command) => `${command}\r\n`).join(''));
  const answer = await text(socket);
  if (answer !== '+OK\r\n'.repeat(commands.length))
    throw new Error(`the Redis of the tests could not be emptied: ${answer}`);
}
