import { rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedPostgres, serverSettings } from '../parts/postgres/postgres.ts';
import { createSpecInstance } from '../test-services/spec-instance.ts';
import { deploy } from './deploy.ts';
import { applyRoles, databaseRoles } from './roles.ts';
import { schemaFolders } from './schema-files.ts';

/** A server of its own: other specs need the connections that are used up here. */
describe('R2-M1 a builder that was taken over', () => {
  const instance = createSpecInstance();
  const server = new EmbeddedPostgres(instance);
  const open: pg.Client[] = [];
  let owner: string;
  let urls: Record<string, string>;
  beforeAll(async () => {
    const { adminUrl } = await server.start();
    await query(adminUrl, 'CREATE DATABASE cooperage');
    owner = adminUrl.replace(/\/postgres$/, '/cooperage');
    await deploy(owner, schemaFolders(path.resolve(import.meta.dirname, '../../../..')));
    urls = await applyRoles(owner, Object.fromEntries(databaseRoles.map((role) => [role, 'only-for-tests'])));
  });
  afterAll(async () => {
    await Promise.all(open.map((client) => client.end().catch(() => undefined)));
    await server.stop();
    rmSync(instance.folder, { recursive: true, force: true });
  });

  /** @returns the code of the error at which the server gave no further connection */
  async function useUp(url: string): Promise<string | undefined> {
    for (let count = 0; count < 250; count++) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      try {
        await client.connect();
      } catch (error) {
        return (error as { code?: string }).code;
      }
      open.push(client);
    }
    return undefined;
  }

  it('leaves connections to control and the API, when both pools open all that they are given', async () => {
    for (const role of ['builder', 'builder_untrusted']) expect(await useUp(urls[role]!)).toBe('53300');
    for (const role of ['control', 'api'])
      expect(await query(urls[role]!, 'SELECT 1 AS here'), role).toEqual([{ here: 1 }]);
    // Four builders, each with a pool of 12, one that listens and its supervisor.
    expect(open).toHaveLength(2 * 60);
    await Promise.all(open.splice(0).map((client) => client.end()));
  });

  it('writes few temporary files, and cannot lift the limits of its role', async () => {
    const url = urls.builder_untrusted!;
    await expect(
      query(url, 'SELECT g, md5(g::text) FROM generate_series(1, 3000000) g ORDER BY 2 LIMIT 1 OFFSET 2999999'),
    ).rejects.toThrow(/temporary file size exceeds/);
    for (const change of ['CONNECTION LIMIT -1', 'SET temp_file_limit = -1', 'RESET temp_file_limit'])
      await expect(query(url, `ALTER ROLE cooperage_builder_untrusted ${change}`), change).rejects.toThrow(
        /permission denied/,
      );
    await expect(query(url, 'SET temp_file_limit = -1')).rejects.toThrow(/permission denied/);
    await query(url, 'ALTER ROLE cooperage_builder_untrusted RESET ALL').catch(() => undefined);
    expect(await query(url, 'SHOW temp_file_limit')).toEqual([{ temp_file_limit: '64MB' }]);
  });

  it('R19C-3 R19C-5 makes no temporary table and no large object, which nobody else could remove', async () => {
    for (const role of databaseRoles)
      for (const make of ['CREATE TEMPORARY TABLE t (x int)', 'SELECT lo_create(0)', "SELECT lo_from_bytea(0, 'x')"])
        await expect(query(urls[role]!, make), `${role}: ${make}`).rejects.toThrow(/permission denied/);
  });

  it('R20C-1 has no way into the other databases of the server, where nothing is closed', async () => {
    for (const role of databaseRoles)
      for (const other of ['postgres', 'template1'])
        await expect(
          query(urls[role]!.replace(/\/cooperage$/, `/${other}`), 'SELECT 1'),
          `${role}: ${other}`,
        ).rejects.toThrow(/permission denied for database/);
    await query(owner.replace(/\/cooperage$/, '/postgres'), 'SELECT 1');
  });

  it('R20C-1 R20C-2 holds neither locks nor transactions for long in a database in which nothing is closed', async () => {
    await query(owner, 'CREATE DATABASE others');
    const elsewhere = urls.builder!.replace(/\/cooperage$/, '/others');
    const ended = (sql: string) =>
      queryWhile(elsewhere, sql, urls.control!, "SELECT end_builder_transactions(interval '60 s') AS ended");
    expect(await ended('SELECT pg_advisory_lock(g) FROM generate_series(1, 400) g')).toEqual([{ ended: 0 }]);
    expect(await ended('SELECT pg_advisory_lock(g) FROM generate_series(1, 600) g')).toEqual([{ ended: 1 }]);
    expect(await ended('BEGIN; SELECT 1')).toEqual([{ ended: 0 }]);
    // A minute counts as over from the beginning.
    const longest = 'longest_builder_transaction(older_than interval, queue_usage double precision)';
    await query(
      owner,
      `CREATE OR REPLACE FUNCTION ${longest} RETURNS interval LANGUAGE sql AS $$ SELECT interval '0' WHERE older_than = interval '60 s' $$`,
    );
    expect(await ended('BEGIN; SELECT 1')).toEqual([{ ended: 1 }]);
    await query(owner, 'DROP DATABASE others');
  });

  it('R20C-2 R20C-3 meets a server whose locks last for a while, and which waits for no password for long', async () => {
    for (const setting of serverSettings) {
      const [name, value] = setting.split('=');
      expect(await query(owner, `SHOW ${name}`)).toEqual([{ [name!]: value }]);
    }
  });

  it('R20C-1 keeps what others may connect to where the server has more databases', async () => {
    await query(owner, 'CREATE DATABASE others');
    await query(owner, 'GRANT CONNECT ON DATABASE postgres TO PUBLIC');
    await applyRoles(owner, {});
    expect(await query(urls.api!.replace(/\/cooperage$/, '/postgres'), 'SELECT 1 AS here')).toEqual([{ here: 1 }]);
    await query(owner, 'DROP DATABASE others');
  });

  it('R20C-8 gives up no right and no policy of its role, and gets back what it has lost', async () => {
    await expect(query(urls.builder!, 'DROP OWNED BY CURRENT_USER')).rejects.toThrow(/permission denied/);
    await query(owner, 'ALTER POLICY builder_own_seen ON process_instance TO cooperage_builder_untrusted');
    await applyRoles(owner, {});
    const roles = "SELECT roles::text[] FROM pg_policies WHERE policyname = 'builder_own_seen'";
    expect(await query(owner, roles)).toEqual([{ roles: ['cooperage_builder', 'cooperage_builder_untrusted'] }]);
  });

  it('R19C-8 leaves no settings of its role behind', async () => {
    const url = urls.builder_untrusted!;
    const role = 'cooperage_builder_untrusted';
    const database = new URL(url).pathname.slice(1);
    await query(url, `ALTER ROLE ${role} IN DATABASE "${database}" SET search_path = pg_temp`);
    await query(url, `ALTER ROLE ${role} SET default_transaction_read_only = on`);
    await applyRoles(owner, {});
    const settings = `SELECT setconfig FROM pg_db_role_setting WHERE setrole = '${role}'::regrole`;
    expect(await query(owner, settings)).toEqual([{ setconfig: ['temp_file_limit=64MB'] }]);
  });

  it('has the limit that an administrator has set, also after the next upgrade', async () => {
    await query(owner, 'ALTER ROLE cooperage_builder CONNECTION LIMIT 7');
    await query(owner, "ALTER ROLE cooperage_builder SET temp_file_limit = '1GB'");
    await applyRoles(owner, {});
    expect(await query(owner, `SELECT rolconnlimit FROM pg_roles WHERE rolname = 'cooperage_builder'`)).toEqual([
      { rolconnlimit: 7 },
    ]);
    expect(await query(urls.builder!, 'SHOW temp_file_limit')).toEqual([{ temp_file_limit: '1GB' }]);
  });
});

/** What another session answers while this one stays as `sql` has left it. */
async function queryWhile(
  url: string,
  sql: string,
  ...[other, question]: [string, string]
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
    return await query(other, question);
  } finally {
    await client.end().catch(() => undefined);
  }
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
