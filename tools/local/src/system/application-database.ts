import pg from 'pg';
import { CHECKOUT } from '../checkout.ts';
import { deploy } from '../database/deploy.ts';
import { applyRoles, type DatabaseRole, databaseRoles } from '../database/roles.ts';
import { schemaFolders } from '../database/schema-files.ts';
import { withDatabase } from '../database/shadow-database.ts';
import { say } from '../output.ts';

const NAME = 'cooperage';
/** SQLSTATE 42501: somebody else's server, where the owner of our tables may not make roles or set their passwords. */
const INSUFFICIENT_PRIVILEGE = '42501';

/** By which address each kind of process connects. */
export type DatabaseUrls = Readonly<Record<DatabaseRole, string>>;

/**
 * The product's database with every migration applied and a role for each kind of process. On a server of our own it is
 * made where it is missing; a DATABASE_URL names the database itself.
 * @param passwordOf lasting password of a role
 */
export async function ensureDatabase(
  adminUrl: string,
  isOwnServer: boolean,
  passwordOf: (role: DatabaseRole) => string,
): Promise<DatabaseUrls> {
  if (isOwnServer) await createIfMissing(adminUrl);
  const url = isOwnServer ? withDatabase(adminUrl, NAME) : adminUrl;
  const applied = await deploy(url, schemaFolders(CHECKOUT));
  if (applied.length > 0) say(`· applied ${applied.length} migration(s)`);
  const passwords = Object.fromEntries(databaseRoles.map((role) => [role, passwordOf(role)]));
  try {
    return (await applyRoles(url, passwords)) as DatabaseUrls;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    say(`! ${error.message}: all processes connect as DATABASE_URL says. ${error.hint ?? ''}`.trimEnd());
    return { api: url, control: url, builder: url, builder_untrusted: url };
  }
}

async function createIfMissing(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [NAME]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${NAME}`);
  } finally {
    await client.end();
  }
}
