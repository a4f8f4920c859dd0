import { BuildNotes, CacheModeRepository, type Database, SetupCheckRepository } from '@cooperage/db';
import { checkCodes, exportModes, type FailureReport, modeReasons, phases } from '@cooperage/domain';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildBench } from '../../spec/build-bench.js';

const refused = /permission denied|row-level security|a builder may not/;
const report: FailureReport = {
  ...{ code: 'StepFailed', message: 'm', logLine: { number: 3, text: 't' } },
  place: { file: 'Dockerfile', line: 2, endLine: 4, step: 'RUN x', stepId: 'sha256:1', exitCode: -1 },
};

/** A builder that was taken over writes words of its own where all pages know a few. */
describe('words of a builder that was taken over', () => {
  let bench: BuildBench;
  let attemptId: string;
  let buildId: string;
  const owner = () => bench.world.db;
  const change = (sql: string, db: Database) => db.prisma.$executeRawUnsafe(sql);
  const forge = (sql: string) => change(sql, bench.builderDb);
  const row = <T>(sql: string) => owner().prisma.$queryRawUnsafe<T[]>(sql);
  const claimed = async () => (await bench.attempts.claim(attemptId, bench.instanceId, 'b', 60_000))!;
  const json = (value: unknown) => `'${JSON.stringify(value)}'::jsonb`;
  const each = async (table: string, column: string, values: readonly string[], isRefused: boolean) => {
    for (const value of values) {
      const written = forge(`UPDATE ${table} SET ${column} = ${value}`);
      if (isRefused) await expect(written, `${column} = ${value}`).rejects.toThrow(refused);
      else expect(await written, `${column} = ${value}`).toBe(1);
    }
  };

  beforeAll(async () => {
    bench = await BuildBench.openAsBuilder();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.begin();
    ({ attemptId, buildId } = await bench.dispatch());
  });
  afterEach(() => bench.end());

  it('R22D-1 a process begins under an id that pages know as one', async () => {
    const begin = (id: string) =>
      forge(
        `INSERT INTO process_instance (id, role, name, info, key_hash) VALUES ('${id}', 'builder', 'n', '{}', builder_key_hash())`,
      );
    for (const id of [
      '11111111-0000-0000-0000-000000000001',
      '00000000-0000-7000-0000-000000000001',
      '00000000-0000-0000-0000-000000000000',
      '01970000-0000-4000-8000-000000000000',
    ])
      await expect(begin(id), id).rejects.toThrow(refused);
    expect(await begin('01970000-0000-7000-8000-000000000000')).toBe(1);
  });

  it('R22D-1 a check of the installation is answered by what its page knows', async () => {
    const checks = new SetupCheckRepository(owner());
    await checks.ask(['builder'], { kind: 'user', name: 'ada', id: 'ada', ip: null } as never);
    const answered = (values: string) => forge(`UPDATE setup_check SET ${values} WHERE name = 'builder'`);
    for (const values of [`outcome = 'x'`, `facts = '5'`, `facts = '[]'`])
      await expect(answered(values), values).rejects.toThrow(refused);
    for (const code of checkCodes)
      expect(await answered(`outcome = '${code}', taken_at = 'infinity', answered_at = 'infinity'`)).toBe(1);
    await answered(`facts = '{"fact": {}, "tookMs": "x"}'`);
    const { takenAt, answeredAt, finding } = (await checks.list()).get('builder')!;
    expect([takenAt, answeredAt].every((at) => at!.getTime() <= Date.now() + 60_000)).toBe(true);
    expect(finding).toEqual({ code: checkCodes.at(-1), fact: '', tookMs: 0 });
    await change('DELETE FROM setup_check', owner());
  });

  it('R22D-2 phases of a build and its spans are those that there are', async () => {
    await claimed();
    await each('build', 'phase', [`'x'`, `''`, `'Build'`], true);
    await each('build', 'phase', [...phases.map((phase) => `'${phase}'`), 'NULL'], false);
    const at = '2026-11-29T00:00:00.000Z';
    const span = (change: object) => json([{ phase: 'build', startedAt: at, endedAt: null, ...change }]);
    const moments = ['2026-19-29T00:00:00.000Z', '2026-11-39T00:00:00.000Z', '2026-11-29T::::::::::::Z', 'x', 5];
    const odd = moments.flatMap((moment) => [{ startedAt: moment }, { endedAt: moment }]);
    await each('build', 'phases', [{ phase: 'x' }, { endedAt: {} }, ...odd].map(span), true);
    await each('build', 'phases', [{}, { endedAt: at }, ...phases.map((phase) => ({ phase }))].map(span), false);
    // An empty text is neither a stage nor none.
    await expect(
      forge(`WITH b AS (UPDATE build SET status = 'failed', stage = '', version = version + 1 RETURNING id)
        UPDATE attempt SET state = 'failed' FROM b WHERE build_id = b.id`),
    ).rejects.toThrow(refused);
  });

  it('R22D-2 a failure has a code, a sentence, a place and a line, or it is none', async () => {
    await claimed();
    const { place, logLine } = report;
    const odd = [
      ...[5, 'x', [], {}, { code: 'StepFailed' }, { ...report, code: 5 }, { ...report, message: {} }],
      ...[5, [], null, { ...place, file: {} }, { ...place, step: 1 }, { ...place, stepId: { not: 'x' } }].map(
        (other) => ({
          ...report,
          place: other,
        }),
      ),
      ...['line', 'endLine', 'exitCode'].flatMap((name) =>
        ['1', 1.5, 1e20, {}, null].map((other) => ({ ...report, place: { ...place, [name]: other } })),
      ),
      ...[5, [], {}, { ...logLine, number: 'x' }, { ...logLine, text: [] }].map((other) => ({
        ...report,
        logLine: other,
      })),
    ].map(json);
    const some = [report, { code: 'StepFailed', message: '' }, { ...report, place: {} }].map(json);
    for (const table of ['build', 'attempt']) {
      await each(table, 'failure', odd, true);
      await each(table, 'failure', [...some, 'NULL'], false);
    }
    for (const column of ['warnings', 'base_images', 'sources'])
      await each(
        'build',
        column,
        ['5', '{}', '"x"'].map((value) => `'${value}'`),
        true,
      );
    await each('attempt', 'cache_read', [5, [], {}, { cache: { writtenBy: 'x' }, passed: [] }].map(json), true);
    await each('attempt', 'cache_read', [{ cache: null, none: 'asked', passed: [] }].map(json), false);
  });

  it('R22D-8 the mode of a cache is one, with a reason, and its numbers have a sign and an end', async () => {
    await bench.toExport(await claimed());
    await each('build', 'cache_mode', [`'x'`, `''`], true);
    await each('build', 'cache_mode_why', [`'x'`, `''`], true);
    await each('build', 'cache_mode', [...exportModes.map((mode) => `'${mode}'`), 'NULL'], false);
    await each('build', 'cache_mode_why', [...modeReasons.map((why) => `'${why}'`), 'NULL'], false);
    for (const column of ['cache_saved_ms', 'cache_ran_ms', 'cache_import_ms', 'cache_export_ms'])
      for (const [said, kept] of [
        [-2_147_483_648, 0],
        [2_147_483_647, 86_400_000],
        [7, 7],
      ]) {
        await forge(`UPDATE build SET ${column} = ${said}`);
        expect(await row(`SELECT ${column} AS ms FROM build`), column).toEqual([{ ms: kept }]);
      }
  });

  it('R22D-8 a mode that is none, as somebody wrote it before, is no reason of a later one', async () => {
    const { projectId } = bench;
    const words = { status: 'succeeded', stage: null, cacheExport: 'done', cacheSavedMs: 0 };
    await owner().prisma.build.update({ where: { id: buildId }, data: { ...words, cacheMode: 'x' } });
    for (let more = 0; more < 11; more++) await bench.world.build(projectId);
    await owner().prisma.build.updateMany({
      where: { id: { not: buildId } },
      data: { ...words, cacheExport: 'failed' },
    });
    const modes = new CacheModeRepository(owner());
    expect(await modes.choose({ projectId, number: 17 })).toEqual({ mode: 'max', why: 'keeps' });
    expect((await modes.outlook(projectId)).numbers[0]).toMatchObject({ mode: 'max', builds: 12 });
  });

  describe('R22D-9 a cache', () => {
    const made = (ref = 'refs/heads/main') =>
      forge(`INSERT INTO cache_entry (project_id, zone, ref, platform, epoch, digest, bytes, build_id, build_number)
        VALUES ('${bench.projectId}', 'protected', '${ref}', 'linux/amd64', 0, 'sha256:1', 1, '${buildId}', 1)`);

    it('is written by nobody whose build has no export that is pending', async () => {
      await expect(made(), 'dispatched').rejects.toThrow(refused);
      await claimed();
      await expect(made(), 'claimed').rejects.toThrow(refused);
    });

    it('is written while the export is pending, of its own ref, and not once that has ended', async () => {
      await bench.toExport(await claimed());
      // What another ref of the zone has left.
      const other = { projectId: bench.projectId, zone: 'protected', ref: 'refs/heads/other', platform: 'linux/amd64' };
      const written = { epoch: 0, digest: 'sha256:2', bytes: 1n, buildId, buildNumber: 1 };
      await owner().prisma.cacheEntry.create({ data: { ...other, ...written } });
      await expect(made('refs/heads/third')).rejects.toThrow(refused);
      expect(await made()).toBe(1);
      expect(await forge('UPDATE cache_entry SET bytes = 2')).toBe(1);
      await expect(forge(`UPDATE cache_entry SET build_id = gen_random_uuid()`)).rejects.toThrow(refused);
      for (const set of [`ref = 'x'`, `zone = 'branch'`, 'epoch = 1', 'used_number = 1', 'used_at = now()'])
        await expect(forge(`UPDATE cache_entry SET ${set}`), set).rejects.toThrow(/permission denied/);
      await forge(`UPDATE build SET cache_export = 'none'`);
      expect(await forge('UPDATE cache_entry SET bytes = 3')).toBe(0);
      await expect(made()).rejects.toThrow(refused);
    });

    it('is left by an honest builder as late as an export may end, and replaced by the next one', async () => {
      await bench.toExport(await claimed());
      await change(`UPDATE attempt SET ended_at = now() - interval '1 hour'`, owner());
      const notes = new BuildNotes(bench.builderDb);
      const end = async (digest: string, bytes: number) => {
        const blobs = [{ digest, bytes }];
        await notes.endCacheExport(buildId, 'done', null, { ms: 1, written: { digest, bytes, blobs } });
        return row('SELECT digest, bytes::int AS bytes FROM cache_entry');
      };
      expect(await end('sha256:1', 5)).toEqual([{ digest: 'sha256:1', bytes: 5 }]);
      ({ attemptId, buildId } = await bench.dispatch());
      await bench.toExport(await claimed());
      expect(await end('sha256:2', 7)).toEqual([{ digest: 'sha256:2', bytes: 7 }]);
    });
  });
});
