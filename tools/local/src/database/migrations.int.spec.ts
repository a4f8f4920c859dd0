import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { specServices } from '../test-services/spec-instance.ts';
import { deploy } from './deploy.ts';
import { compareFiles, drift, markRolledBack, newMigration, status } from './migrations.ts';
import { type SchemaFolders, schemaFolders } from './schema-files.ts';
import { withShadowDatabase } from './shadow-database.ts';

const HEADER = 'datasource db {\n  provider = "postgresql"\n}\n\n';
const CASK = 'model Cask {\n  id    String @id @db.Uuid\n  state String\n}\n';

let folders: SchemaFolders;
let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(path.join(tmpdir(), 'cooperage-migrations-'));
  folders = schemaFolders(checkout);
  mkdirSync(folders.schema, { recursive: true });
  writeSchema(CASK);
});

afterEach(() => rmSync(checkout, { recursive: true, force: true }));

describe('the migration driver', () => {
  it('writes, applies and compares migrations', async () => {
    await withShadowDatabase(server(), async (url) => {
      expect(await newMigration(url, folders, 'init')).toMatch(/\d{14}_init$/);
      expect(await newMigration(url, folders, 'again')).toBeUndefined();
      const [name] = (await status(url, folders)).pending;
      expect(await deploy(url, folders)).toEqual([name]);
      expect(await deploy(url, folders)).toEqual([]);
      expect(await drift(url, folders)).toEqual({ sql: undefined });
      writeSchema(`${CASK}model Hoop {\n  id String @id\n}\n`);
      expect((await compareFiles(url, folders)).sql).toContain('CREATE TABLE "Hoop"');
    });
  });

  it('finds a column that nobody wrote down', async () => {
    await withShadowDatabase(server(), async (url) => {
      await newMigration(url, folders, 'init');
      await deploy(url, folders);
      await query(url, 'ALTER TABLE "Cask" ADD COLUMN rogue text');
      expect((await drift(url, folders)).sql).toContain('DROP COLUMN "rogue"');
    });
  });

  it('runs functions whose bodies hold semicolons', async () => {
    await withShadowDatabase(server(), async (url) => {
      writeMigration(
        '1_function',
        "CREATE FUNCTION two() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a;b'; END $$;",
      );
      await deploy(url, folders);
      expect(await query(url, 'SELECT two()')).toEqual([{ two: 'a;b' }]);
    });
  });

  it('leaves nothing of a failing migration, and tries it again once it is marked', async () => {
    await withShadowDatabase(server(), async (url) => {
      writeMigration('1_bad', 'CREATE TABLE half (); SELECT 1/0;');
      await expect(deploy(url, folders)).rejects.toThrow(/division by zero/);
      expect(await query(url, "SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
      expect((await status(url, folders)).failed).toEqual(['1_bad']);
      writeMigration('1_bad', 'CREATE TABLE whole ();');
      await markRolledBack(url, folders, '1_bad');
      expect(await deploy(url, folders)).toEqual(['1_bad']);
    });
  });

  it('R12B-4 makes an index outside of a transaction where a migration says so, and makes it anew after a failure', async () => {
    await withShadowDatabase(server(), async (url) => {
      writeMigration('1_table', 'CREATE TABLE cask AS SELECT 1 AS number FROM generate_series(1, 2);');
      const script = '-- Outside of a transaction\nDROP INDEX CONCURRENTLY IF EXISTS by_number;\n';
      writeMigration('2_index', `${script}CREATE UNIQUE INDEX CONCURRENTLY by_number ON cask (number);\n`);
      await expect(deploy(url, folders)).rejects.toThrow(/unique/i);
      const isValid = "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'by_number'::regclass";
      expect(await query(url, isValid)).toEqual([{ valid: false }]);
      await query(url, 'TRUNCATE cask');
      await markRolledBack(url, folders, '2_index');
      expect(await deploy(url, folders)).toEqual(['2_index']);
      expect(await query(url, isValid)).toEqual([{ valid: true }]);
    });
  });

  it('refuses to go on when an applied migration was edited', async () => {
    await withShadowDatabase(server(), async (url) => {
      writeMigration('1_first', 'CREATE TABLE first ();');
      await deploy(url, folders);
      writeMigration('1_first', 'CREATE TABLE other ();');
      await expect(deploy(url, folders)).rejects.toThrow('applied migrations were edited since: 1_first');
    });
  });

  it('lets four processes deploy at once', async () => {
    await withShadowDatabase(server(), async (url) => {
      await newMigration(url, folders, 'init');
      const applied = await Promise.all([1, 2, 3, 4].map(() => deploy(url, folders)));
      expect(applied.flat()).toEqual(readdirSync(folders.migrations).filter((name) => name.endsWith('_init')));
    });
  });

  it('drops the database of a comparison', async () => {
    await newMigration(server(), folders, 'init');
    const now = Math.floor(Date.now() / 1000);
    const left = await query(server(), "SELECT datname FROM pg_database WHERE datname LIKE 'cooperage_shadow_%'");
    expect(left.filter(({ datname }) => Math.abs(Number(String(datname).split('_')[2]) - now) < 3)).toEqual([]);
  });
});

function server(): string {
  return specServices().databaseUrl;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function writeSchema(models: string): void {
  writeFileSync(path.join(folders.schema, 'main.prisma'), HEADER + models);
}

function writeMigration(name: string, sql: string): void {
  mkdirSync(path.join(folders.migrations, name), { recursive: true });
  writeFileSync(path.join(folders.migrations, name, 'migration.sql'), sql);
  writeFileSync(path.join(folders.migrations, 'migration_lock.toml'), 'provider = "postgresql"\n');
}
