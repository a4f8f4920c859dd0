import {
  AttemptRepository,
  BuildRepository,
  Database,
  ProcessRepository,
  SweepRepository,
  TidyRepository,
  UsageCounters,
} from '@cooperage/db';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildBench } from '../../spec/build-bench.js';

const refused =
  /permission denied|row-level security|a builder may not|violates check constraint|cannot get array length/;
const facts = {
  ...{
    digest: `sha256:${'1'.repeat(64)}`,
    mediaType: 'm',
    sizeBytes: 7,
    baseImages: [],
    stepsTotal: 1,
    stepsCached: 0,
  },
  ...{ warnings: [], exportCache: false },
};

/** A builder that was taken over holds an attempt, and writes whatever it likes into what is its own. */
describe('values of a builder that was taken over', () => {
  let bench: BuildBench;
  let attemptId: string;
  let buildId: string;
  const owner = () => bench.world.db;
  const change = (sql: string, db: Database) => db.prisma.$executeRawUnsafe(sql);
  const forge = (sql: string) => change(sql, bench.builderDb);
  const ask = <T>(sql: string) => owner().prisma.$queryRawUnsafe<T[]>(sql);
  const isTrue = async (sql: string) => (await ask<{ held: boolean }>(`SELECT (${sql}) AS held`))[0]!.held;
  const claimed = async () => (await bench.attempts.claim(attemptId, bench.instanceId, 'b', 60_000))!;
  const sweeps = () => new SweepRepository(owner());

  beforeAll(async () => {
    bench = await BuildBench.openAsBuilder();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.begin();
    await bench.secret('TOKEN', 'canary');
    ({ attemptId, buildId } = await bench.dispatch());
  });
  afterEach(() => bench.end());

  it('R2-H4 a version leaves room for the next one, and a build moves only as builders move it', async () => {
    await claimed();
    for (const set of [
      `status = 'queued', stage = NULL, version = 2147483647`,
      `version = 2147483647`,
      `version = version - 1`,
      `status = 'awaiting_approval', stage = NULL, version = version + 1`,
      `status = 'canceling', version = version + 1`,
      `status = 'queued', stage = NULL, version = version + 1`,
      `status = 'failed', stage = NULL, version = version + 1`,
    ])
      await expect(forge(`UPDATE build SET ${set}`), set).rejects.toThrow(refused);
    await bench.world.build(bench.projectId);
    expect(await bench.dispatchNext()).toBeDefined();
  });

  it('R2-H4 a build that waits is not the builder’s to change', async () => {
    for (const set of [
      `dispatch_after = 'infinity'`,
      `version = version + 1`,
      `status = 'running', stage = 'builder', version = version + 1`,
    ])
      await expect(forge(`UPDATE build SET ${set}`), set).rejects.toThrow(refused);
    expect(await claimed()).toBeTruthy();
  });

  it('R2-H4 the time of a claim is the database’s, so that overdue builds and used time can be read', async () => {
    await forge(
      `WITH b AS (UPDATE build SET status = 'running', stage = 'builder', version = version + 1, started_at = 'infinity' RETURNING id)
       UPDATE attempt SET state = 'claimed', instance_id = '${bench.instanceId}', worker_name = 'another',
         claimed_at = 'infinity', lease_until = 'infinity' FROM b WHERE attempt.build_id = b.id`,
    );
    expect(
      await isTrue(
        `SELECT claimed_at BETWEEN now() - interval '1 hour' AND now() AND lease_until < now() + interval '11 minutes'
           AND worker_name = 'b' AND (SELECT isfinite(started_at) FROM build) FROM attempt`,
      ),
    ).toBe(true);
    for (const at of [`'294276-12-31'`, `'infinity'`, `'-infinity'`, 'NULL'])
      await expect(forge(`UPDATE attempt SET claimed_at = ${at}`), at).rejects.toThrow(refused);
    await bench.world.build(bench.projectId);
    expect(await bench.dispatchNext()).toBeDefined();
    expect(await sweeps().findOverdue(0)).toEqual([]);
  });

  it('R2-H4 nobody’s counters break by what is said of a log or a cache', async () => {
    const attempt = await claimed();
    for (const set of [
      'log_bytes = 9223372036854775807',
      'log_bytes = -1',
      'log_next_n = 9223372036854775807',
      'log_epoch = 2147483647',
    ])
      await expect(forge(`UPDATE attempt SET ${set}`), set).rejects.toThrow(refused);
    await expect(forge('UPDATE build SET size_bytes = 9223372036854775807')).rejects.toThrow(refused);
    await bench.toExport(attempt);
    const entry = (bytes: string, blobs = '{}') =>
      `INSERT INTO cache_entry (project_id, zone, ref, platform, epoch, digest, bytes, blob_digests, blob_bytes, build_id, build_number)
       VALUES ('${bench.projectId}', 'protected', 'refs/heads/main', 'linux/amd64', 0, 'd', ${bytes}, '{}', '${blobs}', '${buildId}', 1)`;
    await expect(forge(entry('9223372036854775807'))).rejects.toThrow(refused);
    await expect(forge(entry('-1'))).rejects.toThrow(refused);
    await expect(forge(entry('1', '{9223372036854775807}'))).rejects.toThrow(refused);
    await forge(entry('1'));
    await expect(forge(`UPDATE cache_entry SET bytes = 9223372036854775807`)).rejects.toThrow(refused);
    await forge(`UPDATE cache_entry SET written_at = 'infinity'`);
    expect(await isTrue('SELECT written_at <= now() FROM cache_entry')).toBe(true);
  });

  it('R2-H4 control folds what is counted although one sum is beyond all bounds', async () => {
    const most = '9223372036854775807';
    await change(
      `INSERT INTO usage_delta (organization_id, kind, day, amount) VALUES
        ('x', 'logBytes', '1970-01-01', ${most}), ('x', 'logBytes', '1970-01-01', ${most}), ('y', 'logBytes', '1970-01-01', 7)`,
      owner(),
    );
    await new UsageCounters(owner()).fold();
    await change(
      `INSERT INTO usage_delta (organization_id, kind, day, amount) VALUES ('x', 'logBytes', '1970-01-01', ${most})`,
      owner(),
    );
    await new UsageCounters(owner()).fold();
    expect(await isTrue('SELECT NOT EXISTS (SELECT FROM usage_delta)')).toBe(true);
    expect(await isTrue(`SELECT amount = 7 FROM usage_total WHERE organization_id = 'y'`)).toBe(true);
    await change('TRUNCATE usage_total', owner());
  });

  it('R2-H4 an event is noted of what happened, by nobody’s wish, and a build can be moved afterwards', async () => {
    await claimed();
    const event = (version: string, actor: string, columns = '', values = '') =>
      `INSERT INTO build_event (build_id, version, event, from_status, to_status, stage, attempt_number, actor${columns})
       SELECT id, ${version}, 'claimed', 'queued', 'running', 'builder', 1, ${actor}${values} FROM build`;
    await expect(forge(event('version + 1', 'NULL'))).rejects.toThrow(refused);
    await forge(`UPDATE build SET version = version + 1`);
    await expect(forge(event('version', `'ada'`))).rejects.toThrow(refused);
    await expect(forge(event('version', 'NULL', ', id', ', 900'))).rejects.toThrow(refused);
    await change(`UPDATE attempt SET lease_until = now() - interval '1 second'`, owner());
    expect(await sweeps().findLost([attemptId])).toEqual([]);
    const [lost] = await sweeps().findLost();
    expect(await sweeps().closeLost(lost!, true, { code: 'WorkerLost', message: 'm' })).toMatchObject({ ok: true });
  });

  it('R2-H4 what control reads of every build keeps its form', async () => {
    await claimed();
    for (const phases of ['"x"', '[1]', '{}', '[{}]'])
      await expect(forge(`UPDATE build SET phases = '${phases}'`), phases).rejects.toThrow(refused);
    for (const records of ['{"targets":5}', '{}', '5'])
      await expect(forge(`UPDATE attempt SET target_records = '${records}'`), records).rejects.toThrow(refused);
    const step = (at: string) =>
      `INSERT INTO step (attempt_id, ordinal, vertex_id, name, internal, cached, started_at) VALUES ('${attemptId}', 1, 'v', 'n', false, false, ${at})`;
    await expect(forge(step(`'infinity'`))).rejects.toThrow(refused);
    expect(await forge(step('now()'))).toBe(1);
    await new TidyRepository(owner()).forgetContexts();
  });

  it('R2-H4 a part of a log is as large as a writer makes one, and lies before what control adds', async () => {
    await claimed();
    const chunk = (firstN: string, bytes: string) =>
      `WITH c AS (INSERT INTO log_chunk (attempt_id, first_n, last_n, epoch, first_at_ms, first_line, lines, first_text_byte, text_bytes, entries_bytes, payload)
         VALUES ('${attemptId}', ${firstN}, ${firstN}, 1, 0, 0, 1, 0, 1, ${bytes}, '\\x00') RETURNING attempt_id)
       UPDATE attempt SET log_next_n = 1 FROM c WHERE id = c.attempt_id`;
    await expect(forge(chunk('0', '2147483647'))).rejects.toThrow(refused);
    await expect(forge(chunk('1048577', '1'))).rejects.toThrow(refused);
    expect(await forge(chunk('0', '1'))).toBe(1);
  });

  it('R19C-2 a build is given back until it had a thousand attempts, and then control ends it as lost', async () => {
    const failure = { code: 'WorkerLost', message: 'm' } as const;
    const giveBack = async () =>
      bench.attempts.failed(await claimed(), bench.instanceId, failure, {
        retryable: true,
        attemptsLeft: true,
        pauseMs: 0,
      });
    const hadAttempts = async (number: number) => {
      await change(`UPDATE attempt SET number = ${number}`, owner());
      await change(`UPDATE build SET attempt_number = ${number}`, owner());
    };
    await hadAttempts(999);
    expect(await giveBack()).toMatchObject({ ok: true, build: { status: 'queued' } });
    ({ attemptId } = await bench.dispatchNext());
    await expect(giveBack()).rejects.toThrow(/may not give a build back that had 1000 attempts/);
    await change(`UPDATE attempt SET lease_until = now() - interval '1 second' WHERE number = 1000`, owner());
    const [lost] = await sweeps().findLost();
    expect(lost).toMatchObject({ attemptId, number: 1_000 });
    // The refused statement may still hold its rows for a moment, and nothing that is swept waits for them.
    await expect.poll(() => sweeps().closeLost(lost!, false, failure)).toMatchObject({ ok: true });
    expect(await bench.build(buildId)).toMatchObject({ status: 'failed', failure });
    expect(await bench.dispatchNext()).toBeUndefined();
  });

  it('R2-H5 a lease ends, and no attempt is without one', async () => {
    await claimed();
    await expect(forge('UPDATE attempt SET lease_until = NULL')).rejects.toThrow(refused);
    await forge(`UPDATE attempt SET lease_until = 'infinity'`);
    expect(await isTrue(`SELECT lease_until < now() + interval '11 minutes' FROM attempt`)).toBe(true);
  });

  it('R2-H5 an attempt ends once, at the time of the database, together with its build', async () => {
    const attempt = await claimed();
    for (const set of [
      `state = 'failed', ended_at = now()`,
      `state = 'dispatched'`,
      `state = 'lost'`,
      `ended_at = '9999-12-31'`,
    ])
      await expect(forge(`UPDATE attempt SET ${set}`), set).rejects.toThrow(refused);
    await forge(
      `WITH b AS (UPDATE build SET status = 'running', stage = 'control', version = version + 1, cache_export = 'none',
         built_at = '9999-12-31' WHERE id = '${attempt.build.id}' RETURNING id)
       UPDATE attempt SET state = 'built', ended_at = '9999-12-31' FROM b WHERE attempt.build_id = b.id`,
    );
    expect(await isTrue('SELECT ended_at <= now() AND (SELECT built_at <= now() FROM build) FROM attempt')).toBe(true);
    for (const set of [
      `ended_at = '9999-12-31'`,
      `state = 'claimed', ended_at = NULL, lease_until = 'infinity'`,
      `state = 'claimed'`,
      `lease_until = 'infinity'`,
    ])
      await expect(forge(`UPDATE attempt SET ${set}`), set).rejects.toThrow(refused);
    expect(await isTrue(`SELECT NOT EXISTS (SELECT FROM usage_delta WHERE day > current_date)`)).toBe(true);
  });

  it('R2-H5 secrets are out of reach soon after the build, whatever is said of the cache', async () => {
    const attempt = await claimed();
    expect((await bench.attempts.built(attempt, bench.instanceId, facts)).ok).toBe(true);
    await expect(forge(`UPDATE build SET cache_export = 'pending'`)).rejects.toThrow(refused);
    const secrets = () => bench.builderDb.prisma.$queryRaw<unknown[]>`SELECT 1 FROM project_secret`;
    expect(await secrets()).toHaveLength(1);
    await change(`UPDATE attempt SET ended_at = now() - interval '3 minutes'`, owner());
    expect(await secrets()).toEqual([]);
    await change(
      `UPDATE build SET status = 'succeeded', stage = NULL, cache_export = 'pending', finished_at = now() - interval '1 hour'`,
      owner(),
    );
    expect(await secrets()).toHaveLength(1);
    await change(`UPDATE build SET finished_at = now() - interval '25 hours'`, owner());
    expect(await secrets()).toEqual([]);
  });

  it('V7-L4 a deleted project is out of reach when its builds are over, although a cache is still to be exported', async () => {
    const attempt = await claimed();
    expect((await bench.attempts.built(attempt, bench.instanceId, facts)).ok).toBe(true);
    await change(`UPDATE attempt SET ended_at = now() - interval '3 minutes'`, owner());
    const ended = `status = 'succeeded', stage = NULL, cache_export = 'pending', finished_at = now()`;
    await change(`UPDATE build SET ${ended}`, owner());
    const context = (digest: string) =>
      forge(`INSERT INTO context_manifest SELECT '${bench.projectId}', '${digest}', 1, 'x'::bytea`);
    await context('before');
    await change(`UPDATE project SET deleted_at = now() WHERE id = '${bench.projectId}'`, owner());
    try {
      await expect(context('behind')).rejects.toThrow(refused);
    } finally {
      await change(`UPDATE project SET deleted_at = NULL WHERE id = '${bench.projectId}'`, owner());
    }
  });

  it('R2-H5 a builder that has ended did so by now', async () => {
    await forge(`UPDATE process_instance SET ended_at = '9999-12-31', end_reason = 'exited'`);
    expect(await isTrue('SELECT ended_at <= now() FROM process_instance')).toBe(true);
  });

  it('an honest builder retries, is canceled and times out as before', async () => {
    const attempts = new AttemptRepository(bench.builderDb);
    const failure = { code: 'InternalError', message: 'm' } as const;
    const next = { retryable: true, attemptsLeft: true, pauseMs: 0 };
    expect((await attempts.failed(await claimed(), bench.instanceId, failure, next)).ok).toBe(true);
    ({ attemptId } = await bench.dispatchNext());
    const second = await claimed();
    await new BuildRepository(owner()).requestCancel(buildId, 'ada');
    expect((await attempts.stopped(second, bench.instanceId)).ok).toBe(true);
    expect(await bench.build(buildId)).toMatchObject({ status: 'canceled' });
    await bench.world.build(bench.projectId);
    ({ attemptId } = await bench.dispatchNext());
    expect((await attempts.timedOut(await claimed(), bench.instanceId, failure)).ok).toBe(true);
    await new ProcessRepository(bench.builderDb).end(bench.instanceId, 'exited');
  });
});
