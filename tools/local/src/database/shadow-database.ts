import { randomBytes } from 'node:crypto';
import pg from 'pg';

const PREFIX = 'cooperage_shadow_';
const STALE_AFTER_SECONDS = 600;

/**
 * Runs `work` with an empty database of the same server and drops it afterwards; the role needs CREATEDB. Databases that
 * a killed process left behind longer than ten minutes ago are dropped too.
 */
export async function withShadowDatabase<T>(serverUrl: string, work: (url: string) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  const name = shadowName(nowSeconds());
  try {
    await dropStale(client);
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    return await work(withDatabase(serverUrl, name));
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.end();
  }
}

export function withDatabase(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

export function shadowName(atSeconds: number): string {
  return `${PREFIX}${atSeconds}_${randomBytes(4).toString('hex')}`;
}

/** Whether the name is one of ours and older than ten minutes. */
export function isStale(name: string, atSeconds: number): boolean {
  const match = new RegExp(`^${PREFIX}(\\d+)_[0-9a-f]{8}$`).exec(name);
  return match?.[1] !== undefined && atSeconds - Number(match[1]) > STALE_AFTER_SECONDS;
}

async function dropStale(client: pg.Client): Promise<void> {
  const found = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [PREFIX],
  );
  for (const { datname } of found.rows.filter((row) => isStale(row.datname, nowSeconds()))) {
    await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
