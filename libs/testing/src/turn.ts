import pg from 'pg';
import { services } from './services.js';

/**
 * Waits until no other test file has this turn, and takes it: for what two files at once would only slow down. It is a lock
 * of the tests' own PostgreSQL, so it ends with whoever dies with it.
 * @returns what gives it back
 */
export async function takeTurn(name: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: services().databaseUrl });
  await client.connect();
  await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
  return () => client.end();
}
