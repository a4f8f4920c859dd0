import {
  type BuildRecord,
  CacheBudgets,
  CachePruneRepository,
  CacheStoreRepository,
  CacheSweepRepository,
} from '@cooperage/db';
import { type CacheReadFact, cacheReference } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layersOf, putManifest, tagsIn } from '../spec/registry-content.js';
import { type TestProject, WorkerSystem } from '../spec/worker-system.js';

/**
 * A stage that weighs much more than the image; the mark makes its steps nobody else's. The engine for strangers has no
 * network for steps.
 */
const dockerfileOf = (mark: string) => `FROM busybox:latest AS heavy
RUN --network=none echo ${mark} > /mark && head -c 400000 /dev/urandom > /heavy
RUN --network=none head -c 1000 /heavy > /light
FROM busybox:latest
COPY --from=heavy /light /light
RUN --network=none echo ${mark}
`;

describe('caches in the registry', () => {
  let system: WorkerSystem;
  beforeAll(async () => {
    system = await WorkerSystem.startForEverybody();
  });
  afterAll(() => system.close());

  const built = async (deliveryId: string): Promise<BuildRecord> => {
    const build = await system.outcome(deliveryId);
    expect(build).toMatchObject({ status: 'succeeded', failure: null });
    return system.cacheLeft(build.id);
  };
  const push = async (project: TestProject, ref = 'refs/heads/main') => {
    const Dockerfile = dockerfileOf(crypto.randomUUID());
    return built(await system.push(project, await project.git.commit({ Dockerfile }, { ref }), ref));
  };
  const tagsOf = (project: TestProject, { zone, ref, platform }: BuildRecord) =>
    tagsIn(cacheReference(project.id, { zone, ref, platform, epoch: 0 }).repository);
  const entriesOf = ({ id: projectId }: TestProject) =>
    system.db.prisma.cacheEntry.findMany({ where: { projectId }, orderBy: { bytes: 'asc' } });

  it('hold what the mode of the project asks for: all stages, the image alone, or nothing', async () => {
    const left = async (cacheMode: string) => {
      const project = await system.project({ cacheMode });
      const build = await push(project);
      const [entry] = await entriesOf(project);
      const tags = await tagsOf(project, build);
      const { cacheExport, cacheModeWhy } = build;
      return { mode: build.cacheMode, why: cacheModeWhy, cacheExport, bytes: Number(entry?.bytes ?? 0), tags };
    };
    const [max, min, none] = [await left('max'), await left('min'), await left('none')];
    const tags = ['linux-amd64'];
    expect(max).toMatchObject({ mode: 'max', why: 'set', cacheExport: 'done', tags });
    expect(min).toMatchObject({ mode: 'min', why: 'set', cacheExport: 'done', tags });
    expect(max.bytes - min.bytes).toBeGreaterThan(300_000);
    expect(min.bytes).toBeGreaterThan(0);
    expect(none).toEqual({ mode: 'none', why: 'set', cacheExport: 'none', bytes: 0, tags: [] });
  });

  it('hold all while nothing is known that would speak for less', async () => {
    const project = await system.project();
    expect(await push(project)).toMatchObject({ cacheMode: 'max', cacheModeWhy: 'few_builds', cacheExport: 'done' });
  });

  it('weigh no more than the budget: strangers’ go first, then those of branches', async () => {
    const project = await system.project();
    const [main, topic] = [await push(project), await push(project, 'refs/heads/topic')];
    const fork = await built(await system.buildAsFork(project, 'refs/heads/topic'));
    expect(await entriesOf(project)).toHaveLength(3);
    const { project: projects, organization: organizations } = system.db.prisma;
    const ofProject = (cacheBudgetBytes: number) =>
      projects.update({ where: { id: project.id }, data: { cacheBudgetBytes } });
    // One for all projects of the organization holds for those that say nothing.
    const ofOrganization = (cacheBudgetBytes: number | null) =>
      organizations.update({ where: { id: system.organization }, data: { cacheBudgetBytes } });
    const within = async (budget: Promise<unknown>, left: number) => {
      await budget;
      await new CacheBudgets(system.db).promise();
      return system.until(async () => {
        const entries = await entriesOf(project);
        return entries.length === left ? entries : null;
      });
    };
    const { bytes: weight } = await new CacheStoreRepository(system.db).weight(project.id);
    // All three are made from the same image: the registry holds its layers once.
    const sum = (await entriesOf(project)).reduce((total, { bytes }) => total + Number(bytes), 0);
    expect(sum - weight).toBeGreaterThan(1_000_000);
    await ofOrganization(weight);
    await new CacheBudgets(system.db).promise();
    expect(await system.db.prisma.outbox.count({ where: { groupId: project.id, topic: 'evict-cache' } })).toBe(0);
    await within(ofOrganization(weight - 1), 2);
    await ofOrganization(null);
    expect(await tagsOf(project, fork)).toEqual([]);
    expect(await tagsOf(project, topic)).toHaveLength(1);
    const [last] = await within(ofProject(1), 1);
    expect(last).toMatchObject({ zone: 'protected', ref: main.ref });
    expect(await tagsOf(project, topic)).toEqual([]);
    expect(await tagsOf(project, main)).toHaveLength(1);
    const log = await system.db.prisma.cacheEviction.findMany({
      where: { projectId: project.id },
      orderBy: { id: 'asc' },
    });
    expect(log.map(({ zone, why }) => `${zone} ${why}`)).toEqual(['fork budget', 'branch budget']);
    for (const { bytes, freedBytes } of log) {
      expect(Number(freedBytes)).toBeGreaterThan(300_000);
      expect(Number(bytes) - Number(freedBytes)).toBeGreaterThan(1_000_000);
    }
    const freed = log.reduce((total, { freedBytes }) => total + Number(freedBytes), 0);
    expect((await new CacheStoreRepository(system.db).weight(project.id)).bytes).toBe(weight - freed);
    // What cannot go is not asked for again and again.
    await new CacheBudgets(system.db).promise();
    await system.until(async () =>
      (await system.db.prisma.outbox.count({ where: { groupId: project.id } })) ? null : 0,
    );
    expect(await tagsOf(project, main)).toHaveLength(1);
  });

  it('go when no build has used them for the days of the project, but what the default branch left never', async () => {
    const project = await system.project();
    const [main, topic] = [await push(project), await push(project, 'refs/heads/topic')];
    const fresh = await push(project, 'refs/heads/fresh');
    const { cacheEntry, project: projects } = system.db.prisma;
    const at = new Date(Date.now() - 31 * 86_400_000);
    const old = { projectId: project.id, ref: { not: fresh.ref } };
    await cacheEntry.updateMany({ where: old, data: { writtenAt: at } });
    const inUse = await push(project, 'refs/heads/in-use');
    // One that found steps in it a day ago.
    const used = { usedNumber: inUse.number, usedAt: new Date(Date.now() - 86_400_000) };
    await cacheEntry.updateMany({ where: { projectId: project.id, ref: inUse.ref }, data: { writtenAt: at, ...used } });
    const sweeps = new CacheSweepRepository(system.db);
    await sweeps.promiseAges();
    expect(await system.db.prisma.outbox.count({ where: { groupId: project.id, topic: 'evict-cache' } })).toBe(0);
    await projects.update({ where: { id: project.id }, data: { cacheUnusedDays: 30 } });
    await sweeps.promiseAges();
    const left = await system.until(async () => {
      const entries = await entriesOf(project);
      return entries.length === 3 ? entries : null;
    });
    expect(left.map(({ ref }) => ref).toSorted()).toEqual([fresh.ref, inUse.ref, main.ref]);
    expect(await tagsOf(project, topic)).toEqual([]);
    expect(await tagsOf(project, main)).toHaveLength(1);
    const log = await system.db.prisma.cacheEviction.findMany({ where: { projectId: project.id } });
    expect(log).toMatchObject([{ ref: topic.ref, why: 'unused', unusedDays: 30 }]);
  });

  it('are read one at a time, and each build says which: none, its own, the default branch’s, none after it was deleted', async () => {
    const project = await system.project();
    const Dockerfile = dockerfileOf(crypto.randomUUID());
    const build = async (note: string, ref = 'refs/heads/main') =>
      built(await system.push(project, await project.git.commit({ Dockerfile, note }, { ref }), ref));
    const readBy = async ({ id, attemptNumber }: BuildRecord) => {
      const where = { buildId_number: { buildId: id, number: attemptNumber } };
      const { cacheRead } = await system.db.prisma.attempt.findUniqueOrThrow({ where });
      const { cache, passed } = cacheRead as unknown as CacheReadFact;
      return { read: cache && [cache.role, cache.digest, cache.writtenBy], passed: passed.map(({ why }) => why) };
    };
    const first = await build('1');
    expect(await readBy(first)).toEqual({ read: null, passed: ['absent'] });
    const [entry] = await entriesOf(project);
    expect(entry!.usedNumber).toBeNull();
    const left = [entry!.digest, first.number];
    const second = await build('2');
    expect(second.stepsCached).toBe(second.stepsTotal);
    expect(await readBy(second)).toEqual({ read: ['own', ...left], passed: [] });
    expect((await entriesOf(project))[0]!.usedNumber).toBe(second.number);
    const topic = await build('3', 'refs/heads/topic');
    expect(await readBy(topic)).toEqual({ read: ['main', ...left], passed: ['absent'] });
    expect((await entriesOf(project))[0]!.usedNumber).toBe(topic.number);
    const place = { projectId: project.id, organizationId: system.organization };
    const actor = { kind: 'setup', id: null, name: 'ada', ip: null } as const;
    const rule = { zone: null, text: 'refs/heads/main', unusedDays: null, reason: 'room' };
    const prunes = new CachePruneRepository(system.db);
    await prunes.create(place, rule, null, actor);
    await system.until(async () => ((await entriesOf(project)).length === 0 ? true : null));
    expect(await readBy(await build('4', 'refs/heads/topic'))).toEqual({ read: null, passed: ['absent', 'deleted'] });
  });

  it('go by a person’s word, and stay where they were written anew meanwhile', async () => {
    const project = await system.project();
    const [main, topic] = [await push(project), await push(project, 'refs/heads/topic')];
    const prunes = new CachePruneRepository(system.db);
    const entries = await entriesOf(project);
    expect(entries).toHaveLength(2);
    // One was another when the person chose it.
    const taken = entries.map(({ zone, ref, platform, epoch, digest }) => ({
      ...{ zone, ref, platform, epoch, digest: ref === main.ref ? topic.digest : digest },
    }));
    const id = crypto.randomUUID();
    const asked = { text: 'refs/', reason: 'room', actorName: 'ada', taken, chosen: 2 };
    await system.db.prisma.cachePrune.create({ data: { id, projectId: project.id, ...asked } });
    await system.db.prisma.outbox.create({ data: { topic: 'prune-cache', subjectId: id, groupId: project.id } });
    const ended = await system.until(async () => {
      const [row] = (await prunes.list(project.id, { after: null, limit: 1 })).items;
      return row?.endedAt ? row : null;
    });
    expect(ended).toMatchObject({ id, chosen: 2, deleted: 1 });
    expect(await tagsOf(project, topic)).toEqual([]);
    expect(await tagsOf(project, main)).toHaveLength(1);
    expect(await entriesOf(project)).toMatchObject([{ ref: main.ref }]);
    const log = await system.db.prisma.cacheEviction.findMany({ where: { projectId: project.id } });
    expect(log).toMatchObject([{ ref: topic.ref, why: 'pruned', causeId: id }]);
    expect(Number(log[0]!.bytes)).toBeGreaterThan(1_000);
  });

  it('R5-B10 go where they have more parts than are counted', async () => {
    const project = await system.project();
    const build = await push(project);
    const { repository, tag } = cacheReference(project.id, { ...build, epoch: 0 });
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const [digest] = await layersOf(repository, (await entriesOf(project))[0]!.digest);
    const config = { mediaType: 'a/b', digest, size: 1 };
    const parts = { config, layers: new Array(10_001).fill(config) };
    await putManifest(repository, tag, mediaType, JSON.stringify({ schemaVersion: 2, mediaType, ...parts }));
    await system.db.prisma.outbox.create({ data: { topic: 'export-cache', subjectId: build.id, groupId: build.id } });
    await system.until(async () => ((await entriesOf(project)).length === 0 ? true : null));
    expect(await tagsOf(project, build)).toEqual([]);
    const log = await system.db.prisma.cacheEviction.findMany({ where: { projectId: project.id } });
    expect(log).toMatchObject([{ ref: build.ref, why: 'unreadable' }]);
  });

  it('go with their branch', async () => {
    const project = await system.project();
    await push(project);
    const topic = await push(project, 'refs/heads/topic');
    expect(await tagsOf(project, topic)).toHaveLength(1);
    await system.deleteRef(project, 'refs/heads/topic');
    await system.until(async () => ((await entriesOf(project)).length === 1 ? true : null));
    expect(await tagsOf(project, topic)).toEqual([]);
    expect(await system.db.prisma.cacheEviction.findMany({ where: { projectId: project.id } })).toMatchObject([
      { ref: 'refs/heads/topic', why: 'ref_deleted' },
    ]);
  });
});
