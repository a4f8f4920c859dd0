import { type BuildRecord, CacheResetRepository, QuotaRepository, ReplacedCacheRepository } from '@cooperage/db';
import { cacheReference } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasManifest, moveTag } from '../spec/registry-content.js';
import { type TestProject, WorkerSystem } from '../spec/worker-system.js';

const topic = 'refs/heads/topic';

describe('caches that another export has replaced', () => {
  let system: WorkerSystem;
  beforeAll(async () => {
    system = await WorkerSystem.start();
  });
  afterAll(() => system.close());

  const push = async (project: TestProject, ref: string): Promise<BuildRecord> => {
    const Dockerfile = `FROM busybox\nRUN --network=none head -c 300000 /dev/urandom > /${crypto.randomUUID()}\n`;
    const build = await system.outcome(
      await system.push(project, await project.git.commit({ Dockerfile }, { ref }), ref),
    );
    expect(build).toMatchObject({ status: 'succeeded', failure: null });
    return system.cacheLeft(build.id);
  };
  const entryOf = ({ id: projectId }: TestProject, ref: string) =>
    system.db.prisma.cacheEntry.findFirstOrThrow({ where: { projectId, ref } });
  const rowsOf = ({ id: projectId }: TestProject) => system.db.prisma.cacheReplaced.findMany({ where: { projectId } });
  /** Two exports under one tag. */
  const replaced = async (ref: string, change: { readonly cacheBackend?: string } = {}) => {
    const project = await system.project(change);
    const { repository, tag } = cacheReference(project.id, { ...(await push(project, ref)), epoch: 0 });
    const { digest: first } = await entryOf(project, ref);
    await push(project, ref);
    const { digest: second } = await entryOf(project, ref);
    expect(second).not.toBe(first);
    expect(await rowsOf(project)).toMatchObject([{ digest: first, ref }]);
    const there = () => Promise.all([first, second].map((digest) => hasManifest(repository, digest)));
    expect(await there()).toEqual([true, true]);
    return { project, repository, tag, first, second, there };
  };
  /** As if the hour were over. */
  const due = async ({ id: projectId }: TestProject) => {
    await system.db.prisma.cacheReplaced.updateMany({ where: { projectId }, data: { lookAt: new Date(0) } });
    await new ReplacedCacheRepository(system.db).promise();
  };
  const noneLeft = (project: TestProject) =>
    system.until(async () => ((await rowsOf(project)).length === 0 ? true : null));

  it('R17B-1 count, and are deleted from the registry an hour later, but not while a tag leads to them', async () => {
    const usage = async () => (await new QuotaRepository(system.db).usage(system.organization)).cacheBytes;
    const before = await usage();
    const { project, repository, tag, first, second, there } = await replaced('refs/heads/main');
    const { bytes } = await entryOf(project, 'refs/heads/main');
    const [row] = await rowsOf(project);
    expect(Number(row!.bytes)).toBeGreaterThan(300_000);
    // The layers of the base image are in both.
    expect(Number(row!.bytes)).toBeLessThan(Number(bytes));
    expect(await usage()).toBe(before + Number(bytes) + Number(row!.bytes));
    const promises = () => system.db.prisma.outbox.count({ where: { groupId: project.id, topic: 'evict-cache' } });
    await new ReplacedCacheRepository(system.db).promise();
    expect(await promises()).toBe(0);

    await moveTag(repository, tag, first);
    await due(project);
    await system.until(async () => ((await rowsOf(project))[0]!.lookAt > new Date() ? true : null));
    expect(await there()).toEqual([true, true]);

    await moveTag(repository, tag, second);
    await system.until(async () => ((await promises()) === 0 ? true : null));
    await due(project);
    await noneLeft(project);
    expect(await there()).toEqual([false, true]);
    expect(await usage()).toBe(before + Number(bytes));
  });

  it('R17B-1 go with their branch', async () => {
    const { project, there } = await replaced(topic);
    await system.deleteRef(project, topic);
    await noneLeft(project);
    expect(await there()).toEqual([false, false]);
  });

  it('R17B-1 are deleted from the registry where images hold them', async () => {
    const { project, there } = await replaced('refs/heads/main', { cacheBackend: 'inline' });
    await due(project);
    await noneLeft(project);
    expect(await there()).toEqual([false, true]);
  });

  it('R17B-1 go with a reset', async () => {
    const { project, there } = await replaced('refs/heads/main');
    const { id: projectId } = project;
    const actor = { kind: 'setup', id: null, name: 'ada', ip: null } as const;
    const place = { projectId, organizationId: system.organization };
    await new CacheResetRepository(system.db).reset(place, { zone: null, ref: null, reason: 'doubt' }, actor);
    await noneLeft(project);
    await system.until(async () => ((await there()).includes(true) ? null : true));
  });

  it('R17B-1 go with their project', async () => {
    const { project, there } = await replaced('refs/heads/main');
    await system.deleteProject(project);
    await system.until(async () =>
      (await system.db.prisma.project.count({ where: { id: project.id } })) === 0 ? true : null,
    );
    expect(await there()).toEqual([false, false]);
  });
});
