import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { Database, TidyRepository } from '../index.js';

describe('what nobody asks for any more', () => {
  let world: World;
  let tidying: TidyRepository;
  beforeAll(async () => {
    world = await World.open();
    tidying = new TidyRepository(world.db);
    const run = (sql: string) => world.db.prisma.$executeRawUnsafe(sql);
    await run('CREATE TABLE deletion (relation text, rows bigint)');
    await run(`CREATE FUNCTION note_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO deletion SELECT TG_TABLE_NAME, count(*) FROM gone; RETURN NULL; END $$`);
    for (const table of ['context_manifest', 'step_verdict'])
      await run(`CREATE TRIGGER note_deletion AFTER DELETE ON ${table} REFERENCING OLD TABLE AS gone
        FOR EACH STATEMENT EXECUTE FUNCTION note_deletion()`);
  });
  afterEach(async () => {
    await world.reset();
    await world.db.prisma.$executeRawUnsafe('TRUNCATE deletion');
  });
  afterAll(() => world.close());

  const contexts = async (projectId: string, count: number) => {
    const data = Array.from({ length: count }, (_, at) => ({
      ...{ projectId, digest: `sha256:${at}`, entries: 1, payload: Buffer.from('x') },
    }));
    await world.db.prisma.contextManifest.createMany({ data });
  };
  const verdicts = async (projectId: string, count: number) => {
    const { id } = await world.build(projectId);
    await world.db.prisma.$executeRaw`
      INSERT INTO step_verdict (build_id, step_key, project_id, build_number, dockerfile_path, definition, start_line, cached, ms, detail, at)
      SELECT ${id}::uuid, n::text, ${projectId}::uuid, 1, 'Dockerfile', 'd', 1, true, 1, '{}', now() - interval '200 days'
      FROM generate_series(1, ${count}::int) n`;
  };
  const largest = async (relation: string) => {
    const [row] = await world.db.prisma.$queryRaw<{ most: bigint; sum: bigint }[]>`
      SELECT max(rows) AS most, sum(rows)::bigint AS sum FROM deletion WHERE relation = ${relation}`;
    return { most: Number(row!.most), sum: Number(row!.sum) };
  };

  it('R7-B2 goes in portions, of contexts and of verdicts', async () => {
    const project = await world.project();
    await contexts(project, 45);
    await tidying.forgetContexts();
    expect(await largest('context_manifest')).toEqual({ most: 10, sum: 45 });
    await verdicts(project, 12_000);
    await tidying.forgetStepVerdicts();
    expect(await largest('step_verdict')).toEqual({ most: 5_000, sum: 12_000 });
  });

  it('R7-B2 goes of each project apart: one whose statements fail keeps no other from it', async () => {
    const projects = [await world.project(), await world.project(), await world.project()];
    for (const project of projects) {
      await contexts(project, 3);
      await verdicts(project, 3);
    }
    const stuck = [...projects].sort()[1]!;
    await world.whileHeld(`SELECT FROM context_manifest WHERE project_id = '${stuck}' FOR UPDATE`, () =>
      world.whileHeld(`SELECT FROM step_verdict WHERE project_id = '${stuck}' FOR UPDATE`, async () => {
        // With the usual time for a statement: a shorter one may end others on a busy machine.
        const db = new Database({ url: world.url, poolSize: 2, applicationName: 'test' });
        const hasty = new TidyRepository(db);
        const failed: string[] = [];
        const onFailure = (_error: unknown, projectId: string) => failed.push(projectId);
        await Promise.all([hasty.forgetContexts(onFailure), hasty.forgetStepVerdicts(onFailure)]);
        await db.close();
        expect(failed).toEqual([stuck, stuck]);
      }),
    );
    const left = { where: { projectId: { in: projects } }, select: { projectId: true } };
    const ids = [
      ...(await world.db.prisma.contextManifest.findMany(left)),
      ...(await world.db.prisma.stepVerdict.findMany(left)),
    ].map(({ projectId }) => projectId);
    expect(new Set(ids)).toEqual(new Set([stuck]));
  });

  it('V7-L1 stays once the process has to end, but for the project whose turn it is', async () => {
    const projects = [await world.project(), await world.project(), await world.project()];
    for (const project of projects) {
      await contexts(project, 3);
      await verdicts(project, 3);
    }
    const closing = new AbortController();
    const { signal } = closing;
    const runs = [tidying.forgetContexts(undefined, signal), tidying.forgetStepVerdicts(undefined, signal)];
    closing.abort();
    await Promise.all(runs);
    const held = { where: { projectId: { in: projects } }, select: { projectId: true } };
    for (const rows of [
      await world.db.prisma.contextManifest.findMany(held),
      await world.db.prisma.stepVerdict.findMany(held),
    ])
      expect(new Set(rows.map(({ projectId }) => projectId)).size).toBeGreaterThanOrEqual(2);
  });

  it('R7-B2 is not what one of the newest builds has, as its own context or as that of a target', async () => {
    const project = await world.project();
    const builder = await world.builder(100);
    await contexts(project, 4);
    const own = await world.claimed(project, builder);
    const other = await world.claimed(project, builder);
    const set = (attemptId: string, sql: string) =>
      world.db.prisma.$executeRawUnsafe(`UPDATE attempt SET ${sql} WHERE id = '${attemptId}'`);
    await set(own.attemptId, `context_digest = 'sha256:1'`);
    await set(
      other.attemptId,
      `target_records = '{"targets": [{"contextDigest": "sha256:2"}, {"contextDigest": "sha256:9"}]}'`,
    );
    const kept = async () =>
      (await world.db.prisma.contextManifest.findMany({ orderBy: { digest: 'asc' } })).map(({ digest }) => digest);
    await tidying.forgetContexts();
    expect(await kept()).toEqual(['sha256:1', 'sha256:2']);
    // `own` is the first build now of which it is not kept any more, and `other` the last of which it is.
    await world.db.prisma.project.update({ where: { id: project }, data: { lastBuildNumber: 101 } });
    await tidying.forgetContexts();
    expect(await kept()).toEqual(['sha256:2']);
    await world.db.prisma.project.update({ where: { id: project }, data: { lastBuildNumber: 102 } });
    await tidying.forgetContexts();
    expect(await kept()).toEqual([]);
  });
});
