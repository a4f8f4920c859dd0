import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { databaseRoles, databaseTemplate, rolePassword } from './database-template.js';
import { services } from './services.js';

export interface FreshDatabase {
  readonly url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

export type TestDatabaseRole = (typeof databaseRoles)[number];

/** The address by which each of the product's own roles connects to a fresh database. */
export function databaseRoleUrls(databaseUrl: string): Record<TestDatabaseRole, string> {
  const urls = databaseRoles.map((role) => {
    const url = new URL(databaseUrl);
    url.username = `cooperage_${role}`;
    url.password = rolePassword;
    return [role, url.href];
  });
  return Object.fromEntries(urls);
}

/** As `databaseRoleUrls`, where one of them is enough. */
export function asDatabaseRole(databaseUrl: string, role: TestDatabaseRole): string {
  return databaseRoleUrls(databaseUrl)[role];
}

/** A database of its own with all migrations and grants, on the real server of the tests. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin(`CREATE DATABASE ${name} TEMPLATE ${await databaseTemplate()}`);
  const url = new URL(services().databaseUrl);
  url.pathname = `/${name}`;
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
