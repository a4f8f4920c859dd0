import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { scramVerifier } from './scram-verifier.ts';

const ROLES_FILE = path.resolve(import.meta.dirname, '../../../../prisma/roles.sql');

const MOST_TRIES = 8;
const PAUSE_MS = 50;

export const databaseRoles = ['builder', 'builder_untrusted', 'api', 'control'] as const;
export type DatabaseRole = (typeof databaseRoles)[number];

/** Passwords to set, by role; a role that is left out keeps what it has. */
export type RolePasswords = Partial<Record<DatabaseRole, string>>;

/**
 * Makes the roles and their grants what `prisma/roles.sql` says, and sets passwords. To be called after each deploy of
 * migrations, by the owner of the tables; safe to repeat and to call from several processes.
 * @returns the address by which each role connects whose password was given
 * @throws {Error} when a role is missing and the owner may not create it, or a password is not printable ASCII
 */
export async function applyRoles(databaseUrl: string, passwords: RolePasswords): Promise<Record<string, string>> {
  for (let tries = 1; ; tries++)
    try {
      await applyOnce(databaseUrl, passwords);
      break;
    } catch (error) {
      if (tries === MOST_TRIES || !isCollision(error)) throw error;
      await delay(tries * Math.random() * PAUSE_MS);
    }
  return Object.fromEntries(
    databaseRoles.flatMap((role) => {
      const password = passwords[role];
      return password === undefined ? [] : [[role, urlOf(databaseUrl, role, password)]];
    }),
  );
}

async function applyOnce(databaseUrl: string, passwords: RolePasswords): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(readFileSync(ROLES_FILE, 'utf8'));
    for (const role of databaseRoles) await setPassword(client, role, passwords[role]);
  } finally {
    await client.end();
  }
}

/** Roles belong to the server, and a lock to one of its databases: another one changed the same role in this moment. */
function isCollision(error: unknown): boolean {
  return error instanceof Error && /^tuple concurrently (?:updated|deleted)$/.test(error.message);
}

async function setPassword(client: pg.Client, role: DatabaseRole, password: string | undefined): Promise<void> {
  if (password === undefined) return;
  const verifier = client.escapeLiteral(scramVerifier(password));
  await client.query(`ALTER ROLE ${client.escapeIdentifier(nameOf(role))} PASSWORD ${verifier}`);
}

function urlOf(databaseUrl: string, role: DatabaseRole, password: string): string {
  const url = new URL(databaseUrl);
  url.username = nameOf(role);
  url.password = password;
  return url.href;
}

function nameOf(role: DatabaseRole): string {
  return `cooperage_${role}`;
}
