import { Database, ProcessRepository } from '@cooperage/db';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildBench } from '../../spec/build-bench.js';

const refused = /a builder may not|violates check constraint/;
/** Ids of processes are of version 7. */
const anId = `overlay(gen_random_uuid()::text PLACING '7' FROM 15)::uuid`;

/** A builder that was taken over holds an attempt, and writes as much as it can into what is its own. */
describe('sizes of what a builder that was taken over writes', () => {
  let bench: BuildBench;
  let attemptId: string;
  let buildId: string;
  const owner = () => bench.world.db;
  const change = (sql: string, db: Database) => db.prisma.$executeRawUnsafe(sql);
  const forge = (sql: string) => change(sql, bench.builderDb);
  const ask = <T>(sql: string) => owner().prisma.$queryRawUnsafe<T[]>(sql);
  const claimed = async () => (await bench.attempts.claim(attemptId, bench.instanceId, 'b', 60_000))!;
  /** The build has succeeded, and its cache is to be exported. */
  const exporting = () => claimed().then((attempt) => bench.toExport(attempt));

  beforeAll(async () => {
    bench = await BuildBench.openAsBuilder();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.begin();
    ({ attemptId, buildId } = await bench.dispatch());
  });
  afterEach(() => bench.end());

  it('R3-A5 what is said of a build has a size, in each column that others read whole', async () => {
    await claimed();
    const [json, text] = [`to_jsonb(repeat('x', 9000000))`, `repeat('x', 9000000)`];
    const large = (table: string, column: string, value: string) =>
      expect(forge(`UPDATE ${table} SET ${column} = ${value}`), `${table}.${column}`).rejects.toThrow(refused);
    for (const column of ['failure', 'warnings', 'base_images', 'sources', 'tools', 'resolved'])
      await large('build', column, json);
    for (const column of ['media_type', 'fingerprint', 'cache_export_note', 'cache_mode_why', 'wait_reason'])
      await large('build', column, text);
    for (const column of ['failure', 'cache_read', 'target_records'])
      await large(
        'attempt',
        column,
        column === 'target_records' ? `jsonb_build_object('targets', '[]'::jsonb, 'x', ${text})` : json,
      );
    for (const column of ['dockerfile', 'engine_reference', 'result_space', 'context_digest'])
      await large('attempt', column, text);
    await large('process_instance', 'info', `info || jsonb_build_object('x', ${text})`);
    await change(
      `INSERT INTO setup_check (name, ask_id, asked_by) VALUES ('builder', gen_random_uuid(), 'ada') ON CONFLICT DO NOTHING`,
      owner(),
    );
    await large('setup_check', 'facts', `jsonb_build_object('x', ${text})`);
    const step = (ordinal: string, name: string) =>
      forge(
        `INSERT INTO step (attempt_id, ordinal, vertex_id, name, internal, cached) VALUES ('${attemptId}', ${ordinal}, 'v', ${name}, false, false)`,
      );
    await expect(step('1', text)).rejects.toThrow(refused);
    await expect(step('2147483647', `'n'`)).rejects.toThrow(refused);
    await step('1', `repeat('x', 100000)`);
    await large('step', 'error', text);
    await expect(
      forge(`INSERT INTO context_manifest (project_id, digest, entries, payload)
        VALUES ('${bench.projectId}', 'd', 1, decode(repeat('00', 17000000), 'hex'))`),
    ).rejects.toThrow(refused);
  });

  it('R4-P10 the steps of an attempt are few, and their texts have a size together', async () => {
    await claimed();
    const steps = (from: number, to: number, name: string) =>
      forge(`INSERT INTO step (attempt_id, ordinal, vertex_id, name, internal, cached)
        SELECT '${attemptId}', i, 'v' || i, ${name}, false, false FROM generate_series(${from}, ${to}) i`);
    await steps(1, 6_000, `'RUN :'`);
    await expect(steps(6_001, 6_001, `'RUN :'`)).rejects.toThrow(refused);
    const grow = (upTo: number) =>
      forge(`UPDATE step SET name = repeat('x', 100000) WHERE attempt_id = '${attemptId}' AND ordinal <= ${upTo}`);
    await grow(100);
    await expect(grow(200)).rejects.toThrow(/may not write \d+ bytes of the steps of an attempt/);
    await expect(
      forge(`UPDATE step SET error = repeat('x', 200000) WHERE attempt_id = '${attemptId}' AND ordinal <= 100`),
    ).rejects.toThrow(/steps of an attempt/);
    await forge(`UPDATE step SET cached = true WHERE attempt_id = '${attemptId}'`);
    await bench.world.db.prisma.step.deleteMany();
    await expect(steps(1, 6_000, `repeat('x', 10000)`)).rejects.toThrow(/steps of an attempt/);
  });

  it('R2-M-5 rows of builders of a pool are bounded, whatever names they give themselves; those of others stay', async () => {
    const row = (name: string) =>
      `INSERT INTO process_instance (id, role, name, info, key_hash) SELECT ${anId}, 'builder', ${name},
        '{"slots": 1}', builder_key_hash()`;
    const many = (count: number) => forge(`${row(`'n' || i`)} FROM generate_series(1, ${count}) i`);
    const other = `UPDATE process_instance SET pool = 'strangers' WHERE name LIKE 'n%' AND ended_at IS NOT NULL`;
    await expect(many(101)).rejects.toThrow(/builders already/);
    for (let round = 0; round < 8; round++) {
      await many(50);
      await forge(`UPDATE process_instance SET ended_at = now(), end_reason = 'exited' WHERE name LIKE 'n%'`);
      // As if another pool had left them.
      if (round === 0) await change(other, owner());
    }
    await forge(row(`'last'`));
    const counts = await ask<{ pool: string; rows: number }>(
      `SELECT pool, count(*)::int AS rows FROM process_instance WHERE ended_at IS NOT NULL GROUP BY pool ORDER BY pool`,
    );
    expect(counts).toEqual([
      { pool: 'strangers', rows: 50 },
      { pool: 'trusted', rows: 200 },
    ]);
    const listed = await new ProcessRepository(owner()).list();
    expect(listed.filter(({ pool }) => pool === 'strangers')).toHaveLength(50);
    expect(listed.filter(({ pool }) => pool === 'trusted')).toHaveLength(100);
    // What runs comes first, however many have ended since.
    expect(listed.map(({ id }) => id)).toContain(bench.instanceId);
    await expect(forge(row(`repeat('x', 300)`))).rejects.toThrow(refused);
  });

  it('R17B-1 a builder notes each cache that it replaces, takes none of that back, and replaces no more than a project may have', async () => {
    await exporting();
    const { ref, platform } = await bench.build(buildId);
    await forge(`INSERT INTO cache_entry (project_id, zone, ref, platform, epoch, digest, bytes, build_id, build_number)
      VALUES ('${bench.projectId}', 'protected', '${ref}', '${platform}', 0, 'd0', 1, '${buildId}', 1)`);
    await forge(`UPDATE cache_entry SET digest = 'd1'`);
    for (const sql of [
      'DELETE FROM cache_replaced',
      'UPDATE cache_replaced SET bytes = 0',
      'SELECT FROM cache_replaced',
    ])
      await expect(forge(sql), sql).rejects.toThrow(/permission denied/);
    await change(
      `INSERT INTO cache_replaced (project_id, zone, ref, epoch, digest, bytes)
       SELECT project_id, zone, ref, epoch, 'x' || n, 1 FROM cache_replaced, generate_series(1, 9999) n`,
      owner(),
    );
    await expect(forge(`UPDATE cache_entry SET digest = 'd2'`)).rejects.toThrow(/may not replace more caches/);
    await forge(`UPDATE cache_entry SET bytes = 2`);
    // What control has measured is written down.
    await change(`UPDATE cache_entry SET digest = 'd2'`, owner());
  });

  it('R2-M-5 a builder writes no cache under new names, promises nothing for ever, and stores few contexts', async () => {
    await exporting();
    const { ref, platform } = await bench.build(buildId);
    const entry = (name: string, epoch = 0) =>
      forge(`INSERT INTO cache_entry (project_id, zone, ref, platform, epoch, digest, bytes, build_id, build_number)
        VALUES ('${bench.projectId}', 'protected', '${name}', '${platform}', ${epoch}, 'd', 1, '${buildId}', 1)`);
    await expect(entry('refs/heads/another')).rejects.toThrow(refused);
    await expect(entry(ref, 7)).rejects.toThrow(refused);
    await entry(ref);
    await expect(forge(`UPDATE cache_entry SET ref = 'refs/heads/another'`)).rejects.toThrow(/permission denied/);
    const promise = (rows: number) =>
      forge(`INSERT INTO outbox (topic, subject_id, group_id)
        SELECT 'publish', '${buildId}', '${bench.projectId}' FROM generate_series(1, ${rows})`);
    // The one that it has made before counts.
    await promise(19);
    await expect(promise(1)).rejects.toThrow(/may not promise/);
    const contexts = (from: number, to: number) =>
      forge(`INSERT INTO context_manifest (project_id, digest, entries, payload)
        SELECT '${bench.projectId}', i::text, 1, '\\x' FROM generate_series(${from}, ${to}) i`);
    await contexts(1, 2_000);
    await expect(contexts(2_001, 2_001)).rejects.toThrow(refused);
  });

  it('R16B-4 JSON has few parts, since each of them is far larger when it is parsed', async () => {
    await claimed();
    const objects = (count: number) => `(SELECT jsonb_agg('{}'::jsonb) FROM generate_series(1, ${count}))`;
    const many = (table: string, column: string, value: string) =>
      expect(forge(`UPDATE ${table} SET ${column} = ${value}`), `${table}.${column}`).rejects.toThrow(/parts/);
    for (const column of ['warnings', 'base_images', 'sources']) await many('build', column, objects(50_000));
    for (const table of ['build', 'attempt']) await many(table, 'failure', objects(1_000));
    await many('build', 'resolved', `jsonb_build_object('targets', ${objects(200_000)})`);
    await many(
      'attempt',
      'target_records',
      `jsonb_build_object('targets', '[]'::jsonb, 'dockerfiles', ${objects(200)})`,
    );
    const dockerfiles = `jsonb_build_array(repeat('x', 1000000), repeat('y', 1000000))`;
    await forge(
      `UPDATE attempt SET target_records = jsonb_build_object('targets', ${objects(15)}, 'dockerfiles', ${dockerfiles})`,
    );
    await forge(`UPDATE build SET warnings = ${objects(1_000)}`);
    // What stands in texts is no part, whatever it looks like.
    const texts = JSON.stringify([1, { a: ',,[{', 'b,"\\': '\\"[,' }, [], '\n,']);
    expect(await bench.world.db.prisma.$queryRaw`SELECT json_parts(${texts}::jsonb)::int AS parts`).toEqual([
      { parts: 8 },
    ]);
  });

  it('R19C-1 what a builder says of itself and of its tools has few parts, however short it is', async () => {
    await claimed();
    await change(
      `INSERT INTO setup_check (name, ask_id, asked_by) VALUES ('builder', gen_random_uuid(), 'ada') ON CONFLICT DO NOTHING`,
      owner(),
    );
    const nested = `(repeat('[', 2000) || repeat(']', 2000))::jsonb`;
    const info = `jsonb_build_object('engineFeatures', jsonb_build_object('a', ${nested}))`;
    const spans = `(SELECT jsonb_agg('{"phase": "build", "startedAt": "2026-01-01T00:00:00.000Z"}'::jsonb) FROM generate_series(1, 500))`;
    const begun = `INSERT INTO process_instance (id, role, name, info, key_hash) SELECT ${anId}, 'builder', 'n'`;
    await expect(forge(`${begun}, ${info}, builder_key_hash()`)).rejects.toThrow(/parts/);
    await expect(forge(`${begun}, jsonb_build_object('x', repeat('x', 20000)), builder_key_hash()`)).rejects.toThrow(
      /bytes/,
    );
    for (const [column, value] of [
      ['process_instance.info', info],
      ['setup_check.facts', nested],
      ['build.tools', nested],
      ['build.phases', spans],
    ] as const)
      await expect(forge(`UPDATE ${column.replace('.', ' SET ')} = ${value}`), column).rejects.toThrow(/parts/);
    const lines = `(SELECT jsonb_agg('[]'::jsonb) FROM generate_series(1, 200000))`;
    await expect(
      forge(`INSERT INTO log_chunk (attempt_id, first_n, last_n, epoch, first_at_ms, first_line, lines, first_text_byte, text_bytes,
        entries_bytes, payload, line_deltas) SELECT '${attemptId}', 0, 0, 1, 0, 0, 1, 0, 1, 1, '\\x00', ${lines}`),
    ).rejects.toThrow(/parts/);
  });

  it('R19C-1 an honest builder with more to say of itself than any has room for it', async () => {
    const features = Array.from({ length: 100 }, (_, at) => [`feature${at}`, at % 2 ? true : ['one', 'another']]);
    const identity = { place: 'p'.repeat(80), pid: 4_000_000, startedAs: '9'.repeat(12), parent: 1 };
    const loop = { loop: 'a loop', state: 'held', forMs: 60_000, due: 7 } as const;
    const engineStore = {
      bytes: 1e12,
      records: 1e5,
      mountBytes: 1e12,
      mounts: 1e3,
      oldestUse: null,
      measuredAt: 'now',
    };
    const info = {
      ...{
        slots: 64,
        engine: 'buildkit',
        engineVersion: 'v'.repeat(100),
        engineFeatures: Object.fromEntries(features),
      },
      ...{ platforms: Array(10).fill('linux/amd64'), zones: ['protected', 'branch', 'fork'], version: '1.0.0' },
      ...{ diskFreeBytes: 1, diskTotalBytes: 2, memoryFreeBytes: 1, memoryTotalBytes: 2, engineStore },
      ...{ process: identity, supervisor: identity, loops: Array(30).fill(loop), note: 'ä'.repeat(500) },
    };
    expect(await new ProcessRepository(bench.builderDb).heartbeat(bench.instanceId, info)).toBe(true);
  });

  it('R19C-6 phases have the size of their text, also where they were stored and compressed before', async () => {
    await claimed();
    const span = `jsonb_build_object('phase', 'build', 'startedAt', '2026-01-01T00:00:00.000Z', 'x', repeat('x', 100000))`;
    await forge(`UPDATE build SET resolved = jsonb_build_array(${span})`);
    await expect(forge('UPDATE build SET phases = resolved')).rejects.toThrow(refused);
  });

  it('R16A-2 a part of a log has as many entries and bytes as readers take', async () => {
    await claimed();
    const chunk = (lastN: number, bytes: number, lines = 'NULL', stored = 1) =>
      forge(`WITH counted AS (UPDATE attempt SET log_next_n = 300000 RETURNING id)
        INSERT INTO log_chunk (attempt_id, first_n, last_n, epoch, first_at_ms, first_line, lines, first_text_byte, text_bytes,
          entries_bytes, payload, line_deltas)
        SELECT id, 0, ${lastN}, 1, 0, 0, 1, 0, 1, ${bytes}, decode(repeat('00', ${stored}), 'hex'), ${lines} FROM counted`);
    await expect(chunk(262_144, 1)).rejects.toThrow(/262144 entries/);
    await expect(chunk(0, 8_388_609)).rejects.toThrow(/the entries of a log/);
    await expect(chunk(0, 1, `to_jsonb(repeat('x', 2097152))`)).rejects.toThrow(/the lines of a log/);
    await expect(chunk(0, 100, 'NULL', 2_000), 'R17C-1').rejects.toThrow(/a part of a log/);
    await chunk(262_143, 8_388_608, 'NULL', 8_400_000);
  });
});
