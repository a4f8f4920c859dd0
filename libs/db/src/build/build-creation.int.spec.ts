import { randomBytes } from 'node:crypto';
import { judge } from '@cooperage/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CountedLine } from '../../spec/counted-line.js';
import { World } from '../../spec/world.js';
import { BuildRepository, Database, EvaluationRepository, type EvaluationSubject, newId } from '../index.js';

const ref = 'refs/heads/main';
const commit = 'c'.repeat(40);
/** As much as a project could have before its arguments had a limit in sum. */
const buildArgs = Object.fromEntries(
  Array.from({ length: 64 }, (_, at) => [`LARGE_${at}`, randomBytes(4096).toString('hex')]),
);
const argumentBytes = JSON.stringify(buildArgs).length;
const namedContexts = { base: 'docker-image://registry.example/base' };

describe('the builds of one push', () => {
  let world: World;
  let line: CountedLine;
  let db: Database;
  let evaluations: EvaluationRepository;
  let projectId: string;
  beforeAll(async () => {
    world = await World.open();
    const counted = await CountedLine.open(world.url);
    line = counted.line;
    db = new Database({ url: counted.url, poolSize: 1, applicationName: 'test' });
    evaluations = new EvaluationRepository(db);
  });
  beforeEach(async () => {
    await world.reset();
    projectId = await world.project();
    await world.db.prisma.project.update({ where: { id: projectId }, data: { buildArgs, namedContexts } });
  });
  afterAll(async () => {
    await db.close();
    await line.close();
    await world.close();
  });

  const pushed = async (rules: number): Promise<EvaluationSubject> => {
    await world.db.prisma.rule.createMany({
      data: Array.from({ length: rules }, (_, at) => ({
        ...{ id: newId(), projectId, name: `rule ${at}`, position: at, refKind: 'branch', refPattern: '**' },
        tags: [`image-${at}`],
      })),
    });
    const id = newId();
    await world.db.prisma.delivery.create({
      data: {
        ...{ id, projectId, forge: 'github', deliveryKey: id, eventName: 'push', proof: 'hmac-sha256' },
        ...{ status: 'received', ref, headers: {}, body: Buffer.from('{}') },
      },
    });
    return (await evaluations.load(id))!;
  };

  const commitOf = (subject: EvaluationSubject) =>
    evaluations.commit(subject, {
      ...{ ref, commit, commitSubject: 'subject', commitAuthor: 'author', commitTime: 1_700_000_000 },
      ...{ defaultBranch: 'main', observed: commit, late: false, rewrites: false, zone: 'protected', targetRef: null },
      ...{ noCache: false, leftOut: new Map(), trigger: 'push', triggeredBy: null },
      verdicts: subject.rules.map((rule) =>
        judge(rule, { ref, commit, defaultBranch: 'main', changedPaths: null }, false),
      ),
    });

  const stored = () =>
    world.db.prisma.build.findMany({
      where: { projectId },
      select: {
        id: true,
        number: true,
        tags: true,
        buildArgs: true,
        namedContexts: true,
        definition: true,
        limits: true,
      },
      orderBy: { number: 'asc' },
    });

  it('R4-P3 send the arguments that they share once, and read none of them back', async () => {
    const rules = 100;
    const subject = await pushed(rules);
    line.restart();
    expect(await commitOf(subject)).toMatchObject({ ok: true });
    expect(line.sentBytes).toBeLessThan(2 * argumentBytes);
    expect(line.receivedBytes).toBeLessThan(argumentBytes / 4);

    const builds = await stored();
    expect(builds.map(({ number }) => number)).toEqual(Array.from({ length: rules }, (_, at) => at + 1));
    expect(builds.map(({ tags }) => tags[0])).toEqual(subject.rules.map(({ tags }) => tags[0]));
    for (const build of builds) expect(build).toMatchObject({ buildArgs, namedContexts, definition: null });
    const verdicts = await world.db.prisma.verdict.findMany({ where: { deliveryId: subject.deliveryId } });
    const numbers = new Map(builds.map(({ id, tags }) => [id, tags]));
    for (const { buildId, tags } of verdicts) expect(numbers.get(buildId!)).toEqual(tags);
  });

  it('R4-P3 have the settings that were judged, whatever the project says by then', async () => {
    const subject = await pushed(3);
    const later = { buildArgs: { NEW: '1' }, namedContexts: {}, definition: { path: 'bake.hcl', target: 'app' } };
    await world.db.prisma.project.update({ where: { id: projectId }, data: later });
    expect(await commitOf(subject)).toMatchObject({ ok: true });
    for (const build of await stored()) expect(build).toMatchObject({ buildArgs, namedContexts, definition: null });
  });

  it('R4-P3 give a build that tries again their arguments without bringing them along', async () => {
    const outcome = await commitOf(await pushed(3));
    if (!outcome.ok) throw new Error(outcome.reason);
    await world.db.prisma.project.update({ where: { id: projectId }, data: { buildArgs: { NEW: '1' } } });
    const [{ id } = { id: '' }] = outcome.builds;
    await new BuildRepository(world.db).requestCancel(id, 'Ada');
    line.restart();
    const again = await new BuildRepository(db).createRetry(id, { noCache: true, actorName: 'Ada' });
    expect(again).toMatchObject({ ok: true, number: 4 });
    expect(line.sentBytes + line.receivedBytes).toBeLessThan(argumentBytes / 4);
    const build = (await stored()).at(-1)!;
    expect(build).toMatchObject({ number: 4, buildArgs, namedContexts, tags: ['image-0'] });
  });

  it('R5-C10 read no more of caches in a build that tries again than its rule lets builds read by now', async () => {
    const rule = { id: newId(), projectId, name: 'r', refKind: 'branch', refPattern: '**', position: 1 };
    await world.db.prisma.rule.create({ data: { ...rule, cachePolicy: 'none' } });
    const old = await world.build(projectId);
    await world.db.prisma.build.update({ where: { id: old.id }, data: { ruleId: rule.id } });
    await new BuildRepository(world.db).requestCancel(old.id, 'Ada');
    const again = await new BuildRepository(world.db).createRetry(old.id, { noCache: false, actorName: 'Ada' });
    expect(again).toMatchObject({ ok: true });
    const build = await world.db.prisma.build.findFirst({ where: { projectId, retryOf: old.id } });
    expect(build).toMatchObject({ cachePolicy: 'none', isolated: true });
  });
});
