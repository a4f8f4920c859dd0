import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../checkout.ts';
import { migrationsThat } from '../test-services/migrations-that.ts';
import { specServices } from '../test-services/spec-instance.ts';
import { deploy } from './deploy.ts';
import { drift, status } from './migrations.ts';
import { applyRoles, databaseRoles } from './roles.ts';
import { type SchemaFolders, schemaFolders } from './schema-files.ts';
import { withShadowDatabase } from './shadow-database.ts';

/** The newest migration of the release before. */
const RELEASE = '20261129095319_target_records';
/** All rows of an installation of that release after some use, by table, in an order in which they can be put in. */
type Rows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

const ROWS_FILE = path.join(import.meta.dirname, `release-${RELEASE}.json.gz`);
const current = schemaFolders(CHECKOUT);

describe('an installation of the release before', () => {
  let folder: string;
  let before: SchemaFolders;
  let rows: Rows;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cooperage-release-'));
    before = migrationsThat(folder, (each) => each <= RELEASE);
    rows = JSON.parse(gunzipSync(readFileSync(ROWS_FILE)).toString()) as Rows;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is upgraded with its rows in it: every migration goes through, and every row is still there', async () => {
    await withShadowDatabase(specServices().databaseUrl, async (url) => {
      await deploy(url, before);
      await fill(url, rows);
      const newer = readdirSync(current.migrations).filter((name) => name > RELEASE && name !== 'migration_lock.toml');
      expect(await deploy(url, current)).toEqual(newer.toSorted());
      expect(await status(url, current)).toEqual({ pending: [], unknown: [], failed: [], edited: [] });
      expect(await drift(url, current)).toEqual({ sql: undefined });
      for (const [table, kept] of Object.entries(rows)) {
        const [counted] = await query(url, `SELECT count(*)::int AS n FROM "${table}"`);
        expect([table, counted?.n]).toEqual([table, kept.length]);
      }
      const [build] = await query(url, `SELECT status, digest FROM build WHERE digest IS NOT NULL LIMIT 1`);
      expect(build).toMatchObject({ status: 'succeeded', digest: expect.stringMatching(/^sha256:/) });
    });
  });

  it('gives each role what the new release grants, over what the old one had granted', async () => {
    await withShadowDatabase(specServices().databaseUrl, async (url) => {
      await deploy(url, before);
      await fill(url, rows);
      await deploy(url, current);
      await applyRoles(url, {});
      for (const role of databaseRoles) {
        const [may] = await query(
          url,
          `SELECT has_column_privilege('cooperage_${role}', 'outbox', 'subject_id', 'INSERT') AS ok`,
        );
        expect([role, may?.ok]).toEqual([role, true]);
      }
    });
  });
});

async function fill(url: string, rows: Rows): Promise<void> {
  for (const [table, values] of Object.entries(rows))
    await query(url, `INSERT INTO "${table}" SELECT * FROM json_populate_recordset(NULL::"${table}", $1)`, [
      JSON.stringify(values),
    ]);
}

async function query(url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
