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

/** Roles are the server's, not a database's: all tests give them this password, so that none takes it from another. */
const rolePassword = 'only-for-tests';

const databaseRoles = ['builder', 'api', 'control'] as const;
export type TestDatabaseRole = (typeof databaseRoles)[number];

/** Gives a database the product's own roles; the address by which each of them connects. */
export async function databaseRoleUrls(databaseUrl: string): Promise<Record<TestDatabaseRole, string>> {
  const passwords = databaseRoles.map((role) => [`${role.toUpperCase()}_DB_PASSWORD`, rolePassword]);
  await runMigrate('roles', { DATABASE_URL: databaseUrl, ...Object.fromEntries(passwords) });
  const urls = databaseRoles.map((role) => {
    const url = new URL(databaseUrl);
    url.username = `cooperage_${role}`;
    url.password = rolePassword;
    return [role, url.href];
  });
  return Object.fromEntries(urls);
}

/** As `databaseRoleUrls`, where one of them is enough. */
export async function asDatabaseRole(databaseUrl: string, role: TestDatabaseRole): Promise<string> {
  return (await databaseRoleUrls(databaseUrl))[role];
}

/** A database of its own with all migrations, on the real server of the tests. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin(`CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(services().databaseUrl);
  url.pathname = `/${name}`;
  await runMigrate('deploy', { DATABASE_URL: url.href });
  return { url: url.href, drop: () => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function runMigrate(command: string, more: Record<string, string>): Promise<void> {
  const env = { ...process.env, ...more };
  await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', migrate, command], { env });
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
