import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseTemplate, findOrMake, templateName } from './database-template.js';
import { asDatabaseRole, type FreshDatabase, freshDatabase } from './fresh-database.js';
import { query } from './query.js';
import { services } from './services.js';

const migrate = path.resolve(import.meta.dirname, '../../../tools/local/src/database/migrate.ts');

describe('a fresh database', () => {
  let fresh: FreshDatabase;
  beforeAll(async () => {
    fresh = await freshDatabase();
  });
  afterAll(() => fresh.drop());

  it('has all migrations, and the schema that the product is written for', async () => {
    const env = { ...process.env, DATABASE_URL: fresh.url };
    for (const command of ['status', 'drift'])
      await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', migrate, command], { env });
  });

  it('gives each role its own grants', async () => {
    const sees = (role: 'builder' | 'control') =>
      query(asDatabaseRole(fresh.url, role), 'SELECT sealed FROM signing_key').catch(({ code }) => code);
    expect(await sees('control')).toEqual([]);
    expect(await sees('builder')).toBe('42501');
  });

  it('is nobody else’s: what is written there is in no other, nor in what both were made from', async () => {
    const sql = `INSERT INTO organization (id, slug, name, "createdAt") VALUES ('o', 'o', 'o', now())`;
    await query(fresh.url, sql);
    const other = await freshDatabase();
    try {
      expect(await query(other.url, 'SELECT id FROM organization')).toEqual([]);
    } finally {
      await other.drop();
    }
  });
});

describe('what fresh databases are made from', () => {
  const name = `template_spec_${randomBytes(6).toString('hex')}`;
  const server = services().databaseUrl;
  afterAll(() => query(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));

  it('is named for the migrations and grants, and takes nobody in', async () => {
    expect(await databaseTemplate()).toBe(templateName());
    const url = new URL(server);
    url.pathname = `/${templateName()}`;
    await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '55000' });
  });

  it('is made once by several at a time, also after one that was killed over it', async () => {
    await query(server, `CREATE DATABASE ${name}_part`);
    const made = await Promise.all([1, 2, 3].map(() => findOrMake(name)));
    expect(made).toEqual([name, name, name]);
    const found = await query(server, `SELECT datname FROM pg_database WHERE datname LIKE '${name}%'`);
    expect(found).toEqual([{ datname: name }]);
  });
});
