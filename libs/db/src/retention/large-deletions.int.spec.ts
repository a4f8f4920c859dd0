import { asDatabaseRole } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { Database, newId } from '../index.js';
import { deleteBuild, deleteLog } from './delete-in-portions.js';

const large = {
  attempt: ['dockerfile', 'target_records', 'cache_read', 'failure'],
  log_chunk: ['payload', 'trigrams'],
  build_event: ['detail'],
  step: ['name', 'error'],
} as const;
const kb = 1024;
const mostBytes = 400 * kb;

/** A builder that was taken over writes rows as large as triggers let it, and as many. */
describe('the deletion of a build with large values', () => {
  let world: World;
  const run = (sql: string) => world.db.prisma.$executeRawUnsafe(sql);
  beforeAll(async () => {
    world = await World.open();
    await run('CREATE TABLE deletion (relation text, statement text, bytes bigint)');
    for (const [table, columns] of Object.entries(large)) {
      // What is written is what is stored.
      for (const column of columns) await run(`ALTER TABLE ${table} ALTER ${column} SET STORAGE EXTERNAL`);
      const bytes = columns.map((column) => `coalesce(pg_column_size(${column}), 0)`).join(' + ');
      await run(`CREATE FUNCTION note_${table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN INSERT INTO public.deletion SELECT TG_TABLE_NAME, pg_current_xact_id(), sum(${bytes}) FROM gone; RETURN NULL; END $$`);
      for (const event of ['DELETE', 'UPDATE'])
        await run(`CREATE TRIGGER note_${event} AFTER ${event} ON ${table} REFERENCING OLD TABLE AS gone
          FOR EACH STATEMENT EXECUTE FUNCTION note_${table}()`);
    }
  });
  afterAll(() => world.close());

  /** Bytes that the largest statement met. */
  const largest = async () => {
    const [row] = await world.db.prisma.$queryRaw<{ most: number }[]>`
      SELECT max(bytes)::int AS most FROM (SELECT statement, sum(bytes) AS bytes FROM deletion GROUP BY 1) d`;
    return row!.most;
  };
  const left = async () => {
    const tables = ['build', ...Object.keys(large)];
    const counts = tables.map((table) => `SELECT count(*)::int AS rows FROM ${table}`).join(' UNION ALL ');
    const rows = await world.db.prisma.$queryRawUnsafe<{ rows: number }[]>(counts);
    return rows.reduce((sum, { rows: each }) => sum + each, 0);
  };
  const log = (attempt: string, chunks: number, bytes: number) => world.db.prisma.$executeRaw`
    INSERT INTO log_chunk (attempt_id, first_n, last_n, epoch, first_at_ms, first_line, lines, first_text_byte, text_bytes, entries_bytes, payload)
    SELECT ${attempt}::uuid, n, n, 1, 0, n, 1, 0, 1, 1, repeat('x', ${bytes}::int)::bytea FROM generate_series(1, ${chunks}::int) n`;
  const attemptOf = async (buildId: string, number: number, textBytes: number) => {
    const id = newId();
    const [dockerfile, failure] = ['x'.repeat(textBytes), { code: 'x'.repeat(textBytes) }];
    await world.db.prisma.attempt.create({ data: { id, buildId, number, state: 'failed', dockerfile, failure } });
    return id;
  };
  const steps = (attempt: string, count: number, bytes: number) => world.db.prisma.$executeRaw`
    INSERT INTO step (attempt_id, ordinal, vertex_id, name, internal, cached)
    SELECT ${attempt}::uuid, n, n::text, repeat('x', ${bytes}::int), false, false FROM generate_series(1, ${count}::int) n`;
  const events = (buildId: string, count: number, bytes: number) => world.db.prisma.$executeRaw`
    INSERT INTO build_event (build_id, version, event, from_status, to_status, attempt_number, detail)
    SELECT ${buildId}::uuid, 1000 + n, 'x', 'x', 'x', 1, to_jsonb(repeat('x', ${bytes}::int)) FROM generate_series(1, ${count}::int) n`;
  const asControl = async (work: (db: Database) => Promise<void>) => {
    const db = new Database({ url: asDatabaseRole(world.url, 'control'), poolSize: 1, applicationName: 'control' });
    await work(db).finally(() => db.close());
  };
  const usedBytes = async (organizationId: string) => {
    const [row] = await world.db.prisma.$queryRaw<{ bytes: number }[]>`
      SELECT coalesce(sum(amount), 0)::int AS bytes FROM usage_delta WHERE kind = 'recordBytes' AND organization_id = ${organizationId}`;
    return row!.bytes;
  };

  it('R22D-3 goes by bytes with what attempts, log, events and steps hold, and gives all of it back', async () => {
    const organizationId = await world.organization();
    const { id } = await world.build(await world.project(organizationId));
    for (let number = 1; number <= 12; number++) {
      const attempt = await attemptOf(id, number, 40 * kb);
      await log(attempt, 4, 100 * kb);
      await steps(attempt, 4, 30 * kb);
    }
    await events(id, 40, 30 * kb);
    await run('TRUNCATE deletion');
    await asControl((db) => deleteBuild(db, id, mostBytes));
    expect(await largest()).toBeLessThanOrEqual(mostBytes);
    expect(await largest()).toBeGreaterThan(mostBytes / 2);
    expect([await left(), await usedBytes(organizationId)]).toEqual([0, 0]);
  });

  it('R22D-3 goes on with a value that is larger than a portion', async () => {
    const { id } = await world.build(await world.project());
    const attempt = await attemptOf(id, 1, mostBytes);
    await log(attempt, 3, 2 * mostBytes);
    await run('TRUNCATE deletion');
    await asControl((db) => deleteLog(db, id, mostBytes));
    expect(await largest()).toBe(2 * mostBytes);
    await asControl((db) => deleteBuild(db, id, mostBytes));
    expect(await left()).toBe(0);
  });

  it('R22D-3 takes no more statements than before for an ordinary build', async () => {
    const { id } = await world.build(await world.project());
    const attempt = await attemptOf(id, 1, kb);
    await log(attempt, 3, kb);
    await steps(attempt, 20, 100);
    await asControl(async (db) => {
      let statements = 0;
      const prisma = db.prisma.$extends({
        query: {
          $allOperations({ args, query }) {
            statements++;
            return query(args);
          },
        },
      });
      await deleteBuild(Object.assign(db, { prisma }), id);
      // Before, each kind of rows took one more to find that nothing was left.
      expect(statements).toBe(5);
    });
    expect(await left()).toBe(0);
  });
});
