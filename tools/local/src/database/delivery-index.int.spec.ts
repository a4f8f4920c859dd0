import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../checkout.ts';
import { specServices } from '../test-services/spec-instance.ts';
import { deploy } from './deploy.ts';
import { type SchemaFolders, schemaFolders } from './schema-files.ts';
import { withShadowDatabase } from './shadow-database.ts';

const name = '20261201194600_started_deliveries_by_body';
const current = schemaFolders(CHECKOUT);

describe('the index of deliveries by their body', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cooperage-delivery-index-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function migrationsThat(isWanted: (migration: string) => boolean): SchemaFolders {
    const migrations = path.join(folder, crypto.randomUUID());
    mkdirSync(migrations);
    for (const each of readdirSync(current.migrations).filter(
      (file) => file === 'migration_lock.toml' || isWanted(file),
    ))
      cpSync(path.join(current.migrations, each), path.join(migrations, each), { recursive: true });
    return { schema: current.schema, migrations };
  }

  it('R12B-4 is made while webhooks are taken', async () => {
    const [older, whole] = [migrationsThat((each) => each < name), migrationsThat((each) => each <= name)];
    await withShadowDatabase(specServices().databaseUrl, async (url) => {
      await deploy(url, older);
      const [before, webhook] = [await connect(url), await connect(url)];
      // What an insert takes. The index waits for all who began before it.
      await before.query('BEGIN');
      await before.query('LOCK TABLE delivery IN ROW EXCLUSIVE MODE');
      const making = deploy(url, whole);
      try {
        const waits = `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        await expect.poll(async () => (await webhook.query(waits)).rows).toHaveLength(1);
        await webhook.query('BEGIN');
        await webhook.query('LOCK TABLE delivery IN ROW EXCLUSIVE MODE NOWAIT');
        await webhook.query('COMMIT');
        await before.query('COMMIT');
        expect(await making).toEqual([name]);
      } finally {
        for (const client of [before, webhook]) await client.end();
        await making.catch(() => undefined);
      }
    });
  });
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
