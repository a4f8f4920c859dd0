import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { services } from './services.js';

const migrate = path.resolve(import.meta.dirname, '../../../tools/local/src/database/migrate.ts');

export interface FreshDatabase {
  readonly url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** A database of its own with all migrations, on the real server of the tests. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin(`CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(services().databaseUrl);
  url.pathname = `/${name}`;
  const env = { ...process.env, DATABASE_URL: url.href };
  await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', migrate, 'deploy'], { env });
  return { url: url.href, drop: () => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function admin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: services().databaseUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
