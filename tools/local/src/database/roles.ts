import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { lockCodes, type Patience, usualPatience, WHERE_OTHERS_HOLD } from './patience.ts';
import { scramVerifier } from './scram-verifier.ts';

const ROLES_FILE = path.resolve(import.meta.dirname, '../../../../prisma/roles.sql');

const MOST_COLLISIONS = 8;
const PAUSE_MS = 50;

export const databaseRoles = ['builder', 'builder_untrusted', 'api', 'control'] as const;
export type DatabaseRole = (typeof databaseRoles)[number];

/** Passwords to set, by role; a role that is left out keeps what it has. */
export type RolePasswords = Partial<Record<DatabaseRole, string>>;

/**
 * Makes the roles and their grants what `prisma/roles.sql` says, and sets passwords. To be called after each deploy of
 * migrations, by the owner of the tables; safe to repeat and to call from several processes. Nothing of it stays where somebody else's
 * lock keeps it from its work; it is tried again then.
 * @returns the address by which each role connects whose password was given
 * @throws {Error} when a role is missing and the owner may not create it, a password is not printable ASCII, or others hold a table at
 * each try
 */
export async function applyRoles(
  databaseUrl: string,
  passwords: RolePasswords,
  patience: Patience = usualPatience,
): Promise<Record<string, string>> {
  for (let tries = 1, collisions = 1; ; )
    try {
      await applyOnce(databaseUrl, passwords, patience.lockTimeoutMs);
      break;
    } catch (error) {
      if (isOfLocks(error)) {
        if (tries === patience.tries) throw givenUp(tries, error);
        await patience.pause(`try ${tries++} of ${patience.tries}: roles.sql was kept from its work: ${error.message}`);
      } else {
        if (collisions === MOST_COLLISIONS || !isCollision(error)) throw error;
        await delay(collisions++ * Math.random() * PAUSE_MS);
      }
    }
  return Object.fromEntries(
    databaseRoles.flatMap((role) => {
      const password = passwords[role];
      return password === undefined ? [] : [[role, urlOf(databaseUrl, role, password)]];
    }),
  );
}

async function applyOnce(databaseUrl: string, passwords: RolePasswords, lockTimeoutMs: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`SET cooperage.lock_timeout = ${lockTimeoutMs}`);
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

function isOfLocks(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && lockCodes.has(error.code ?? '');
}

function givenUp(tries: number, cause: Error): Error {
  return new Error(`roles.sql was tried ${tries} times: ${cause.message}\n${WHERE_OTHERS_HOLD} Then start again.`, {
    cause,
  });
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
