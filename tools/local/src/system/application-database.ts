import pg from 'pg';
import { CHECKOUT } from '../checkout.ts';
import { deploy } from '../database/migrations.ts';
import { schemaFolders } from '../database/schema-files.ts';
import { withDatabase } from '../database/shadow-database.ts';
import { say } from '../output.ts';

const NAME = 'cooperage';

/**
 * The product's database with every migration applied. On a server of our own it is made where it is missing; a
 * DATABASE_URL names the database itself.
 * @returns its address.
 */
export async function ensureDatabase(adminUrl: string, isOwnServer: boolean): Promise<string> {
  if (isOwnServer) await createIfMissing(adminUrl);
  const url = isOwnServer ? withDatabase(adminUrl, NAME) : adminUrl;
  const applied = await deploy(url, schemaFolders(CHECKOUT));
  if (applied.length > 0) say(`· applied ${applied.length} migration(s)`);
  return url;
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
