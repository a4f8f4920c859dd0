import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../checkout.ts';
import { specServices } from '../test-services/spec-instance.ts';
import { deploy } from './deploy.ts';
import { markRolledBack, status } from './migrations.ts';
import { usualPatience } from './patience.ts';
import { type SchemaFolders, schemaFolders } from './schema-files.ts';
import { withShadowDatabase } from './shadow-database.ts';

const inOrder = { pending: [], unknown: [], failed: [], edited: [] };
const RECORDS = '20261201155000_record_bytes';

let folders: SchemaFolders;
let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(path.join(tmpdir(), 'cooperage-deploy-'));
  folders = schemaFolders(checkout);
  mkdirSync(folders.schema, { recursive: true });
  writeFileSync(path.join(folders.schema, 'main.prisma'), 'datasource db {\n  provider = "postgresql"\n}\n');
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

/** Longer than PostgreSQL takes to end its own cleaning of a table that somebody wants to lock (`deadlock_timeout`, 1 s). */
const lockTimeoutMs = 5_000;

/** Tries three times, and does something before each further try. */
function patience(before: (pause: number) => Promise<unknown>) {
  const problems: string[] = [];
  const pause = async (problem: string) => {
    problems.push(problem);
    await before(problems.length);
  };
  return { problems, options: { ...usualPatience, lockTimeoutMs, pause } };
}

describe('V9B-M1 a deployment of migrations', () => {
  it('that meets the lock of another session tries again when that is gone, and leaves no failed one', async () => {
    await withShadowDatabase(specServices().databaseUrl, async (url) => {
      const current = schemaFolders(CHECKOUT);
      const before = { schema: current.schema, migrations: migrationsBefore(current.migrations, RECORDS) };
      await deploy(url, before);
      await withClient(url, async (holder) => {
        await holder.query('BEGIN');
        await holder.query('SELECT count(*) FROM build');
        const { problems, options } = patience(() => holder.query('COMMIT'));
        const applied = await deploy(url, current, options);
        expect(applied[0]).toBe(RECORDS);
        // A cleaning by the server may be another one.
        expect(problems[0]).toContain('lock timeout');
        const marked = await query(url, 'SELECT FROM _prisma_migrations WHERE rolled_back_at IS NOT NULL');
        expect(marked).toHaveLength(problems.length);
      });
      expect(await status(url, current)).toEqual(inOrder);
      const rows = await query(
        url,
        `SELECT rolled_back_at IS NULL AS stands, finished_at IS NULL AS open
        FROM _prisma_migrations WHERE migration_name = '${RECORDS}' ORDER BY started_at`,
      );
      expect(rows[0]).toEqual({ stands: false, open: true });
      expect(rows.at(-1)).toEqual({ stands: true, open: false });
    });
  });

  it('gives up after three tries with what to do, and goes on the next time', async () => {
    await withShadowDatabase(specServices().databaseUrl, async (url) => {
      writeMigration('1_first', "CREATE TABLE trouble AS SELECT '55P03' AS code;");
      writeMigration('2_second', `CREATE TABLE half (); ${raising}`);
      const { problems, options } = patience(() => Promise.resolve());
      await expect(deploy(url, folders, options)).rejects.toThrow(
        /^2_second was tried 3 times: trouble\nOthers hold what it needs\. Stop api, live, control/,
      );
      expect(problems).toHaveLength(2);
      expect(await query(url, "SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
      expect(await status(url, folders)).toEqual({ ...inOrder, pending: ['2_second'] });
      await query(url, 'DELETE FROM trouble');
      expect(await deploy(url, folders)).toEqual(['2_second']);
    });
  });

  it.each(['40P01', '55P03', 'terminated'])('tries again after %s, and names all that it applied', async (code) => {
    await withShadowDatabase(specServices().databaseUrl, async (url) => {
      writeMigration('1_first', `CREATE TABLE trouble AS SELECT '${code}' AS code;`);
      writeMigration('2_second', raising);
      const { problems, options } = patience(() => query(url, 'DELETE FROM trouble'));
      expect(await deploy(url, folders, options)).toEqual(['1_first', '2_second']);
      expect(problems).toHaveLength(1);
      expect(await status(url, folders)).toEqual(inOrder);
    });
  });

  it('V12B-3 whose process is gone is ended by the server, and begins anew the next time', async () => {
    await withShadowDatabase(specServices().databaseUrl, async (url) => {
      writeMigration('1_slow', 'SELECT pg_sleep(600); CREATE TABLE late ();');
      const sleeping = () =>
        query(url, "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
      const module = JSON.stringify(path.join(import.meta.dirname, 'deploy.ts'));
      const script = `import { deploy } from ${module}; await deploy(${JSON.stringify(url)}, ${JSON.stringify(folders)});`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
      const gone = once(child, 'exit');
      try {
        await expect.poll(sleeping).toHaveLength(1);
      } finally {
        child.kill('SIGKILL');
      }
      await gone;
      writeMigration('1_slow', 'CREATE TABLE late ();');
      const lines: string[] = [];
      expect(await deploy(url, folders, { ...usualPatience, say: (line) => lines.push(line) })).toEqual(['1_slow']);
      expect(lines.at(-1)).toBe('· 1_slow did not come to its end, and begins anew');
      expect(await sleeping()).toEqual([]);
      expect(await status(url, folders)).toEqual(inOrder);
    });
  });

  it('says what to do after an error of its own, at once and at the next try', async () => {
    await withShadowDatabase(specServices().databaseUrl, async (url) => {
      writeMigration('1_bad', 'SELECT 1/0;');
      const { problems, options } = patience(() => Promise.resolve());
      await expect(deploy(url, folders, options)).rejects.toThrow(/division by zero[\s\S]*db -- rolled-back 1_bad/);
      await expect(deploy(url, folders, options)).rejects.toThrow(/npm run db -- rolled-back 1_bad/);
      expect(problems).toEqual([]);
      writeMigration('1_bad', 'SELECT 1;');
      await markRolledBack(url, folders, '1_bad');
      expect(await deploy(url, folders)).toEqual(['1_bad']);
    });
  });
});

/** Fails as the table `trouble` says. */
const raising = `DO $$ DECLARE trouble_code text := (SELECT code FROM trouble);
BEGIN
  IF trouble_code = 'terminated' THEN PERFORM pg_terminate_backend(pg_backend_pid());
  ELSIF trouble_code IS NOT NULL THEN RAISE EXCEPTION 'trouble' USING ERRCODE = trouble_code;
  END IF;
END $$;`;

/** A folder with the migrations that are older than one of them. */
function migrationsBefore(all: string, name: string): string {
  for (const each of readdirSync(all).filter((file) => file < name || file === 'migration_lock.toml'))
    cpSync(path.join(all, each), path.join(folders.migrations, each), { recursive: true });
  return folders.migrations;
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  let rows: Record<string, unknown>[] = [];
  await withClient(url, async (client) => {
    rows = (await client.query<Record<string, unknown>>(sql)).rows;
  });
  return rows;
}

function writeMigration(name: string, sql: string): void {
  mkdirSync(path.join(folders.migrations, name), { recursive: true });
  writeFileSync(path.join(folders.migrations, name, 'migration.sql'), sql);
  writeFileSync(path.join(folders.migrations, 'migration_lock.toml'), 'provider = "postgresql"\n');
}
