import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { services } from './services.js';

const checkout = path.resolve(import.meta.dirname, '../../..');
const migrate = path.join(checkout, 'tools/local/src/database/migrate.ts');

/** Roles are the server's, not a database's: all tests give them this password, so that none takes it from another. */
export const rolePassword = 'only-for-tests';
export const databaseRoles = ['builder', 'builder_untrusted', 'api', 'control'] as const;

let template: Promise<string> | undefined;

/**
 * Name of a database with all migrations and grants on the server of the tests. To make one takes more than a second, to copy
 * one a tenth of it, so it is made once for all test files. Nobody connects to it.
 */
export function databaseTemplate(): Promise<string> {
  template ??= findOrMake(templateName()).catch((error: unknown) => {
    template = undefined;
    throw error;
  });
  return template;
}

/** Other migrations, grants or passwords are another template, and so is another way to make it. */
export function templateName(): string {
  const hash = createHash('sha256').update(rolePassword);
  const made = ['prisma/{migrations/*/migration.sql,roles.sql}', 'tools/local/src/database/*.ts'];
  const files = globSync(made, { cwd: checkout }).sort();
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(checkout, file)))
      .update('\0');
  return `template_${hash.digest('hex').slice(0, 16)}`;
}

/** Whoever comes first makes it, and the others wait. It has its name once it is whole: a maker may be killed. */
export async function findOrMake(name: string): Promise<string> {
  const client = new pg.Client({ connectionString: services().databaseUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
    const { rows } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rows.length > 0) return name;
    const part = `${name}_part`;
    await client.query(`DROP DATABASE IF EXISTS ${part} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${part} TEMPLATE template0`);
    await install(part);
    await client.query(`ALTER DATABASE ${part} ALLOW_CONNECTIONS false`);
    await client.query(`ALTER DATABASE ${part} RENAME TO ${name}`);
    return name;
  } finally {
    await client.end();
  }
}

/** As an operator does it before a new version starts. */
async function install(database: string): Promise<void> {
  const url = new URL(services().databaseUrl);
  url.pathname = `/${database}`;
  const passwords = databaseRoles.map((role) => [`${role.toUpperCase()}_DB_PASSWORD`, rolePassword]);
  const env = { ...process.env, DATABASE_URL: url.href, ...Object.fromEntries(passwords) };
  await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', migrate, 'install'], { env });
}
