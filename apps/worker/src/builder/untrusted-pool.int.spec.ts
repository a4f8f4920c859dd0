import { AttemptRepository, Database, ProcessRepository, SetupCheckRepository } from '@cooperage/db';
import { asDatabaseRole } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildBench } from '../../spec/build-bench.js';

const refused = /permission denied|row-level security|a builder may not|belongs to another pool/;

/** Somebody with all that a builder for untrusted code has: its role's address, and any name and key that it likes. */
describe('R-M9 a builder for untrusted code that was taken over', () => {
  let bench: BuildBench;
  let intruder: Database;
  const ask = (sql: string, db = intruder) => db.prisma.$queryRawUnsafe<Record<string, unknown>[]>(sql);
  const change = (sql: string, db = intruder) => db.prisma.$executeRawUnsafe(sql);
  const start = (info: object, name = 'b') => new ProcessRepository(intruder).start('builder', name, info);
  const pools = () =>
    bench.world.db.prisma.processInstance.findMany({ orderBy: { startedAt: 'asc' }, select: { pool: true } });
  const dispatchAll = () => bench.world.dispatches.dispatchNext(() => ({ sealed: Buffer.from('t'), ttlMs: 300_000 }));

  beforeAll(async () => {
    bench = await BuildBench.open();
    const connect = (role: 'builder' | 'builder_untrusted', instanceKey: string) =>
      new Database({
        ...{ url: asDatabaseRole(bench.world.url, role), poolSize: 4, applicationName: 'builder', instanceKey },
      });
    bench.builderDb = connect('builder', 'the key of the trusted builder');
    intruder = connect('builder_untrusted', 'another key');
  });
  afterAll(async () => {
    await Promise.all([bench.builderDb.close(), intruder.close()]);
    await bench.world.close();
  });
  beforeEach(() => bench.begin());
  afterEach(() => bench.end());

  it('cannot register in the trusted pool, and is given no trusted build', async () => {
    await change('DELETE FROM process_instance', bench.world.db);
    await expect(start({ slots: 4, lane: 'trusted' })).rejects.toThrow(refused);
    await start({ slots: 4 });
    await bench.world.build(bench.projectId);
    expect(await dispatchAll()).toEqual([]);
    expect(await pools()).toEqual([{ pool: 'strangers' }]);
  });

  it('cannot move to the trusted pool later, whatever it leaves out', async () => {
    await change('DELETE FROM process_instance', bench.world.db);
    const id = await start({ slots: 4, lane: 'strangers' });
    await expect(new ProcessRepository(intruder).heartbeat(id, { slots: 4, lane: 'trusted' })).rejects.toThrow(refused);
    await expect(change(`UPDATE process_instance SET pool = 'trusted'`)).rejects.toThrow(refused);
    await change(`UPDATE process_instance SET info = '{"slots":4}'`);
    // Others write the row too.
    await new ProcessRepository(bench.world.db).end(id, 'silent');
    await change('UPDATE process_instance SET ended_at = NULL');
    await bench.world.build(bench.projectId);
    expect(await dispatchAll()).toEqual([]);
    expect(await pools()).toEqual([{ pool: 'strangers' }]);
  });

  it('claims and reads no trusted attempt, under whichever name it is placed', async () => {
    await bench.secret('TOKEN', 'canary');
    const { attemptId } = await bench.dispatch();
    await change(`UPDATE process_instance SET heartbeat_at = now() - interval '20 seconds'`, bench.world.db);
    const id = await start({ slots: 4 });
    expect(await new AttemptRepository(intruder).claim(attemptId, id, 'b', 60_000)).toBeNull();
    for (const table of ['attempt', 'build', 'project_secret', 'step', 'log_chunk'])
      expect(await ask(`SELECT 1 FROM ${table}`), table).toEqual([]);
    expect(await ask('SELECT 1 FROM process_instance')).toHaveLength(1);
    expect(await bench.attempts.claim(attemptId, bench.instanceId, 'b', 60_000)).not.toBeNull();
  });

  it('is given nothing by the key of a trusted builder', async () => {
    const { attemptId } = await bench.dispatch();
    await bench.attempts.claim(attemptId, bench.instanceId, 'b', 60_000);
    const url = asDatabaseRole(bench.world.url, 'builder_untrusted');
    const key = 'the key of the trusted builder';
    const thief = new Database({ url, poolSize: 1, applicationName: 'builder', instanceKey: key });
    expect(await ask('SELECT 1 FROM attempt', thief)).toEqual([]);
    expect(await ask('SELECT 1 FROM attempt', bench.builderDb)).toHaveLength(1);
    await thief.close();
  });

  it('keeps no name from a trusted builder', async () => {
    await change('DELETE FROM process_instance', bench.world.db);
    await start({ slots: 4 });
    const id = await new ProcessRepository(bench.builderDb).start('builder', 'b', { slots: 4 });
    const { attemptId } = await bench.dispatch();
    expect(await bench.attempts.claim(attemptId, id, 'b', 60_000)).not.toBeNull();
  });

  it('R12A-6 answers no check; a trusted builder answers that of builders', async () => {
    await change(
      `INSERT INTO setup_check (name, ask_id, asked_by) VALUES ('builder', gen_random_uuid(), 'ada'), ('registry', gen_random_uuid(), 'ada')`,
      bench.world.db,
    );
    expect(await change(`UPDATE setup_check SET outcome = 'ok'`)).toBe(0);
    expect(await ask('SELECT name FROM setup_check')).toEqual([]);
    expect(await new SetupCheckRepository(intruder).take('builder', 'b')).toBeNull();
    expect(await new SetupCheckRepository(bench.builderDb).take('builder', 'b')).not.toBeNull();
    expect(await ask('SELECT name FROM setup_check', bench.builderDb)).toEqual([{ name: 'builder' }]);
  });

  it('builds code of its own pool, and ends no build well', async () => {
    const id = await start({ slots: 4, lane: 'strangers' });
    await bench.world.build(bench.projectId, { zone: 'fork' });
    const [attempt] = await dispatchAll();
    expect(attempt).toMatchObject({ lane: 'strangers', worker: 'b' });
    expect(await bench.attempts.claim(attempt!.attemptId, bench.instanceId, 'b', 60_000)).toBeNull();
    expect(await new AttemptRepository(intruder).claim(attempt!.attemptId, id, 'b', 60_000)).not.toBeNull();
    await expect(change(`UPDATE build SET status = 'succeeded', stage = NULL`)).rejects.toThrow(refused);
    await expect(change(`UPDATE build SET stage = 'publishing'`)).rejects.toThrow(refused);
  });
});

it('a trusted role serves no builder for untrusted code, whose engine its builds would share', async () => {
  const bench = await BuildBench.open();
  const url = asDatabaseRole(bench.world.url, 'builder');
  const builder = new Database({ url, poolSize: 1, applicationName: 'builder', instanceKey: 'a key' });
  await expect(new ProcessRepository(builder).start('builder', 'b', { slots: 1, lane: 'strangers' })).rejects.toThrow(
    'a builder that connects as cooperage_builder belongs to another pool than COOPERAGE_LANE=strangers',
  );
  await builder.close();
  await bench.world.close();
});
