import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { specServices } from '../test-services/spec-instance.ts';
import { deploy } from './deploy.ts';
import { usualPatience } from './patience.ts';
import { applyRoles, databaseRoles } from './roles.ts';
import { schemaFolders } from './schema-files.ts';
import { shadowName, withDatabase } from './shadow-database.ts';

const checkout = path.resolve(import.meta.dirname, '../../../..');
const password = 'only-for-tests';

describe('the roles of the database', () => {
  const owner = withDatabase(specServices().databaseUrl, shadowName(Math.floor(Date.now() / 1000)));
  let urls: Record<string, string>;
  beforeAll(async () => {
    await query(specServices().databaseUrl, `CREATE DATABASE ${new URL(owner).pathname.slice(1)}`);
    await deploy(owner, schemaFolders(checkout));
    urls = await applyRoles(owner, Object.fromEntries(databaseRoles.map((role) => [role, password])));
  });
  afterAll(() => query(specServices().databaseUrl, `DROP DATABASE ${new URL(owner).pathname.slice(1)} WITH (FORCE)`));

  const denied = async (role: string, sql: string) =>
    query(urls[role]!, sql).then(
      () => 'allowed',
      (error: { code?: string }) => error.code,
    );

  it('are made once, and again without harm, also by several at a time', async () => {
    await Promise.all([1, 2, 3].map(() => applyRoles(owner, {})));
    const rows = await query(
      owner,
      "SELECT rolname, rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname LIKE 'cooperage\\_%'",
    );
    const names = databaseRoles.map((role) => `cooperage_${role}`);
    expect(rows.map(({ rolname }) => rolname)).toEqual(expect.arrayContaining(names));
    for (const row of rows.filter(({ rolname }) => names.includes(String(rolname))))
      expect(row).toMatchObject({ rolsuper: false, rolcreaterole: false, rolbypassrls: false });
  });

  it('take their passwords from many at a time, as databases of one server have them at the same time', async () => {
    const all = Object.fromEntries(databaseRoles.map((role) => [role, password]));
    for (let round = 0; round < 2; round++) await Promise.all(Array.from({ length: 25 }, () => applyRoles(owner, all)));
  });

  it('R17C-6 close again what acts for the owner, as after a restore without rights', async () => {
    const end = "SELECT end_builder_transactions('1 hour')";
    await query(owner, 'GRANT EXECUTE ON FUNCTION end_builder_transactions(interval) TO PUBLIC');
    expect(await denied('builder', end)).toBe('allowed');
    await applyRoles(owner, {});
    expect(await denied('builder', end)).toBe('42501');
    expect(await denied('control', end)).toBe('allowed');
    expect(
      await query(
        owner,
        `SELECT p.proname FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
         WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND a.grantee = 0`,
      ),
    ).toEqual([]);
  });

  it.each([
    ['builder', 'SELECT * FROM signing_key'],
    ['builder', 'SELECT * FROM session'],
    ['builder', 'SELECT * FROM account'],
    ['builder', 'SELECT * FROM api_token'],
    ['builder', 'SELECT * FROM verification'],
    ['builder', 'SELECT * FROM "user"'],
    ['builder', 'SELECT * FROM hook_secret'],
    ['builder', 'SELECT ref FROM cache_reset'],
    ['builder', 'SELECT * FROM publisher_tenure'],
    ['builder', 'SELECT state FROM signing_key'],
    ['builder', 'UPDATE build SET commit = ref'],
    ['builder', "UPDATE image_tag SET digest = 'sha256:0'"],
    ['builder', 'DELETE FROM log_chunk'],
    ['builder', 'CREATE TABLE mine ()'],
    ['api', 'SELECT sealed FROM signing_key'],
    ['api', 'SELECT * FROM signing_key'],
    ['api', 'UPDATE signing_key SET sealed = NULL'],
    ['api', "UPDATE image_tag SET digest = 'sha256:0'"],
    ['api', 'DELETE FROM audit_entry'],
    ['api', 'UPDATE audit_entry SET hash = NULL'],
    ['api', 'DELETE FROM audit_chain'],
    ['control', 'SELECT * FROM audit_entry'],
    ['api', 'SELECT * FROM publisher_tenure'],
    ['control', 'SELECT * FROM session'],
    ['control', 'SELECT * FROM account'],
    ['control', 'SELECT * FROM api_token'],
    ['control', 'SELECT * FROM verification'],
  ])('keep %s from: %s', async (role, sql) => {
    expect(await denied(role, sql)).toBe('42501');
  });

  it.each([
    ['api', 'SELECT id, state, public_key_pem, hint FROM signing_key'],
    ['control', 'SELECT sealed FROM signing_key'],
    ['builder', 'SELECT sealed FROM project_secret'],
    ['builder', 'SELECT zone, ref_hash, epoch FROM swept_resets(gen_random_uuid())'],
  ])('let %s do what it is there for: %s', async (role, sql) => {
    expect(await denied(role, sql)).toBe('allowed');
  });

  it('name every table, so that a new one is decided upon', async () => {
    const script = readFileSync(path.join(checkout, 'prisma/roles.sql'), 'utf8');
    const tables = await query(
      owner,
      "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    const unnamed = tables.filter(({ relname }) => !new RegExp(`\\b${relname}\\b`).test(script));
    expect(unnamed).toEqual([]);
  });

  it('V12B-7 try again when another session holds the table of a new policy, and keep its readers waiting no longer', async () => {
    const policy = 'builder_of_project_seen';
    const made = () =>
      query(owner, `SELECT FROM pg_policies WHERE tablename = 'cache_eviction' AND policyname = '${policy}'`);
    const holder = new pg.Client({ connectionString: owner });
    await holder.connect();
    try {
      await holder.query(`DROP POLICY ${policy} ON cache_eviction`);
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE cache_eviction IN ACCESS SHARE MODE');
      const problems: string[] = [];
      const pause = async (problem: string) => {
        problems.push(problem);
        await query(owner, 'SELECT FROM cache_eviction');
        if (problems.length === 2) await holder.query('COMMIT');
      };
      const patience = { ...usualPatience, lockTimeoutMs: 200, pause };
      const holds = (tries: number) => applyRoles(owner, {}, { ...patience, tries });
      await expect(holds(2)).rejects.toThrow(
        /^roles\.sql was tried 2 times: .*lock timeout\nOthers hold what it needs/,
      );
      expect(await made()).toEqual([]);
      // However often the server's own cleaning comes between.
      await holds(20);
      expect(problems[0]).toContain('lock timeout');
      expect(await made()).toHaveLength(1);
    } finally {
      await holder.end();
      await applyRoles(owner, {});
    }
  });

  it('take back what the script does not grant', async () => {
    await query(owner, 'GRANT SELECT ON session TO cooperage_builder');
    expect(await denied('builder', 'SELECT * FROM session')).toBe('allowed');
    await applyRoles(owner, {});
    expect(await denied('builder', 'SELECT * FROM session')).toBe('42501');
  });
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
