import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrationsThat } from '../test-services/migrations-that.ts';
import { specServices } from '../test-services/spec-instance.ts';
import { deploy } from './deploy.ts';
import { withShadowDatabase } from './shadow-database.ts';

const name = '20261201194600_started_deliveries_by_body';

describe('the index of deliveries by their body', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cooperage-delivery-index-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('R12B-4 is made while webhooks are taken', async () => {
    const older = migrationsThat(folder, (each) => each < name);
    const whole = migrationsThat(folder, (each) => each <= name);
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
