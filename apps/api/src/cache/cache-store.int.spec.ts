import type {
  CacheEntry,
  CacheEviction,
  CachePrunePreview,
  CacheReset,
  Page,
  ProjectCache,
} from '@cooperage/contracts';
import {
  BuildNotes,
  type BuildRecord,
  BuildRepository,
  CacheStoreRepository,
  CacheSweepRepository,
} from '@cooperage/db';
import type { CacheBlob } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let base: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner), { slug: 'cask' });
  base = `/api/v1/projects/${target.project.id}/cache`;
  await world.database.prisma.project.update({ where: { id: target.project.id }, data: { defaultBranch: 'main' } });
});
afterAll(() => world.close());

/** A build that has succeeded and left so many bytes of cache. */
async function exported(bytes: number, data: object = {}, blobs: readonly CacheBlob[] = []): Promise<BuildRecord> {
  const build = await world.build(target);
  const done = { status: 'succeeded', cacheExport: 'pending', finishedAt: new Date(), ...data };
  await world.database.prisma.build.update({ where: { id: build.id }, data: done });
  const digest = `sha256:${String(build.number).padStart(64, '0')}`;
  await new BuildNotes(world.database).endCacheExport(build.id, 'done', null, {
    ms: 5,
    written: { digest, bytes, blobs },
  });
  return build;
}
/** A new build of some place: one of it that has failed is tried again. */
async function buildAt(place: object = {}): Promise<BuildRecord> {
  const { id } = await world.build(target);
  await world.database.prisma.build.update({ where: { id }, data: { status: 'failed', stage: null, ...place } });
  const builds = new BuildRepository(world.database);
  const retry = await builds.createRetry(id, { noCache: false, actorName: 'ada' });
  if (!retry.ok) throw new Error(retry.reason);
  return (await builds.find(retry.buildId))!;
}
const entries = async (query = '') => expectOk(await owner.get<Page<CacheEntry>>(`${base}/entries${query}`));
const topic = { zone: 'branch', ref: 'refs/heads/topic' };

describe('what the registry holds of a cache', () => {
  it('is one entry for each reference, with who wrote it, who used it last and who reads it', async () => {
    const first = await exported(5_000);
    const used = await exported(7_000);
    await world.database.prisma.cacheEntry.updateMany({
      where: { projectId: target.project.id },
      data: { usedNumber: used.number, usedAt: new Date() },
    });
    const branch = await exported(900, topic);
    const { items, next } = await entries();
    expect(next).toBeNull();
    expect(items).toMatchObject([
      { zone: 'protected', ref: first.ref, bytes: 7_000, writtenBy: used.number, readByAll: true },
      { ...topic, bytes: 900, writtenBy: branch.number, lastUsed: null, readByAll: false },
    ]);
    expect(items[0]!.lastUsed?.number).toBe(used.number);
    expect(items[0]!.reference).toMatch(/^cache\/[^/]+\/protected\/[0-9a-f]{20}:linux-amd64$/);
  });

  it('is sorted, filtered and paged', async () => {
    const [large] = (await entries('?limit=1')).items;
    const page = await entries('?limit=1');
    const [small] = (await entries(`?limit=1&cursor=${page.next}`)).items;
    expect([large!.bytes, small!.bytes]).toEqual([7_000, 900]);
    expect((await entries('?zone=branch')).items).toHaveLength(1);
    expect((await entries('?q=TOPIC')).items).toMatchObject([topic]);
    expect((await entries('?q=nothing')).items).toEqual([]);
    const byUse = (await entries('?sort=used')).items.map(({ zone }) => zone);
    expect(byUse).toHaveLength(2);
    expect(problemOf(await owner.get(`${base}/entries?sort=used&cursor=${page.next}`)).code).toBe('bad_request');
  });
});

describe('what builds leave', () => {
  it('goes by the numbers of the project, or by what it is set to', async () => {
    const modes = async () => expectOk(await owner.get<ProjectCache>(base)).modes;
    expect(await modes()).toMatchObject({ setting: 'automatic', next: { mode: 'max', why: 'few_builds' } });
    // The newest six leave nothing, and their builds lose nothing by it: what the others leave is not worth its time.
    for (let at = 0; at < 6; at++) await exported(7_000, { cacheSavedMs: 4_000 });
    const builds = await world.database.prisma.build.findMany({ where: { cacheExport: 'done' }, select: { id: true } });
    await world.database.prisma.build.updateMany({
      where: { id: { in: builds.map(({ id }) => id) } },
      data: { cacheMode: 'max', cacheModeWhy: 'keeps', cacheExportMs: 9_000, cacheSavedMs: 4_000 },
    });
    for (let at = 0; at < 6; at++) {
      const { id } = await world.build(target);
      const none = { status: 'succeeded', cacheMode: 'none', cacheModeWhy: 'explores', cacheSavedMs: 4_000 };
      await world.database.prisma.build.update({ where: { id }, data: none });
    }
    const { numbers, next } = await modes();
    expect(next).toEqual({ mode: 'none', why: 'better' });
    expect(numbers.map(({ mode, netMs }) => [mode, netMs])).toEqual([
      ['max', -5_000],
      ['min', null],
      ['none', 4_000],
    ]);
    const project = `/api/v1/projects/${target.project.id}`;
    const change = { cacheMode: 'min', cacheBudgetBytes: 5 * 1024 ** 3, cacheUnusedDays: 30 };
    expect(expectOk(await owner.ask('PATCH', project, change))).toMatchObject(change);
    expect(await modes()).toMatchObject({ setting: 'min', next: { mode: 'min', why: 'set' } });
    expect((await owner.ask('PATCH', project, { cacheMode: 'most' })).status).toBe(400);
    for (const wrong of [{ cacheBudgetBytes: 5 }, { cacheUnusedDays: 0 }, { cacheUnusedDays: 1.5 }])
      expect((await owner.ask('PATCH', project, wrong)).status).toBe(400);
    const store = async () => expectOk(await owner.get<ProjectCache>(base)).store;
    expect(await store()).toMatchObject({ bytes: 7_900, budgetBytes: change.cacheBudgetBytes, budgetOf: 'project' });
    expectOk(await owner.ask('PATCH', project, { cacheBudgetBytes: null, cacheUnusedDays: null }));
    expect(await store()).toMatchObject({ budgetBytes: null, budgetOf: null });
    const all = `/api/v1/organizations/${await organizationOf(owner)}/cache`;
    const budget = { cacheBudgetBytes: 2 * 1024 ** 3 };
    expect(expectOk(await owner.ask('PUT', all, budget))).toEqual(budget);
    expect(expectOk(await owner.get(all))).toEqual(budget);
    expect(await store()).toMatchObject({ budgetBytes: budget.cacheBudgetBytes, budgetOf: 'organization' });
    const visitor = await world.member(owner, await organizationOf(owner), 'developer');
    expect(problemOf(await visitor.ask('PUT', all, budget)).code).toBe('forbidden');
    expectOk(await owner.ask('PUT', all, { cacheBudgetBytes: null }));
  });
});

describe('a reset', () => {
  const reset = (body: object) => owner.post<CacheReset>(`${base}/resets`, body);

  it('gives builds from then on names of their own, in what it covers and nowhere else', async () => {
    const before = await world.build(target);
    const made = expectOk(await reset({ zone: 'branch', ref: 'refs/heads/topic', reason: 'a poisoned layer' }), 202);
    expect(made).toMatchObject({ epoch: 1, ...topic, afterNumber: before.number, sweptAt: null });
    expect(await world.build(target)).toMatchObject({ cacheEpoch: 0, mainCacheEpoch: 0, afterReset: false });
    expect(await buildAt(topic)).toMatchObject({ cacheEpoch: 1, mainCacheEpoch: 0, afterReset: true });
    expect(await buildAt({ ...topic, ref: 'refs/heads/x' })).toMatchObject({ cacheEpoch: 0 });
    const release = 'refs/heads/release/1.x';
    const merging = () => buildAt({ zone: 'branch', ref: 'refs/heads/y', targetRef: release });
    expect(await merging()).toMatchObject({ targetCacheEpoch: 0 });
    expectOk(await reset({ zone: 'protected', reason: 'x' }), 202);
    expect(await merging()).toMatchObject({ cacheEpoch: 0, targetCacheEpoch: 2 });
    expect(await buildAt(topic)).toMatchObject({ targetRef: null, targetCacheEpoch: 0 });
    expect(await world.build(target)).toMatchObject({ cacheEpoch: 2, mainCacheEpoch: 2, afterReset: true });
    expect(await buildAt(topic)).toMatchObject({ cacheEpoch: 1, mainCacheEpoch: 2 });
    expectOk(await reset({ reason: 'all of it' }), 202);
    const all = { cacheEpoch: 3, mainCacheEpoch: 3 };
    for (const place of [{}, topic, { zone: 'fork', ref: 'refs/heads/s' }])
      expect(await buildAt(place)).toMatchObject(all);
  });

  it('lets the first builds read nothing until one has succeeded', async () => {
    const first = await world.build(target);
    const second = await world.build(target);
    expect([first.afterReset, second.afterReset]).toEqual([true, true]);
    await world.database.prisma.build.update({ where: { id: second.id }, data: { status: 'succeeded' } });
    expect((await world.build(target)).afterReset).toBe(false);
  });

  it('is listed and audited with its reason, and what it deleted is in the log', async () => {
    const list = expectOk(await owner.get<Page<CacheReset>>(`${base}/resets`)).items;
    expect(list.map(({ epoch, reason }) => [epoch, reason])).toEqual([
      [3, 'all of it'],
      [2, 'x'],
      [1, 'a poisoned layer'],
    ]);
    const newest = expectOk(await owner.get<Page<CacheReset>>(`${base}/resets?limit=2`));
    expect(newest.items).toEqual(list.slice(0, 2));
    const older = expectOk(await owner.get<Page<CacheReset>>(`${base}/resets?limit=2&cursor=${newest.next}`));
    expect(older).toEqual({ items: list.slice(2), next: null });
    const audit = await world.database.prisma.auditEntry.findMany({ where: { action: 'cache.reset' } });
    expect(audit.map(({ after }) => (after as { reason: string }).reason).toSorted()).toEqual(
      list.map(({ reason }) => reason).toSorted(),
    );
    const sweeps = new CacheSweepRepository(world.database);
    const all = (await sweeps.openReset(list[0]!.id))!;
    const places = await sweeps.placesBefore(all);
    expect(places).toContainEqual({ ...topic, platform: 'linux/amd64', epoch: 0 });
    for (const place of places) await sweeps.evicted(target.project.id, place, { why: 'reset', causeId: all.id });
    expect((await entries()).items).toEqual([]);
    const gone = expectOk(await owner.get<Page<CacheEviction>>(`${base}/evictions`)).items;
    const page = expectOk(await owner.get<Page<CacheEviction>>(`${base}/evictions?limit=1`));
    const last = expectOk(await owner.get<Page<CacheEviction>>(`${base}/evictions?limit=1&cursor=${page.next}`));
    expect([...page.items, ...last.items]).toEqual(gone.slice(0, 2));
    expect(gone.map(({ zone, bytes, why }) => `${zone} ${bytes} ${why}`).toSorted()).toEqual([
      'branch 900 reset',
      'protected 7000 reset',
    ]);
  });

  it('needs a reason, a zone for a ref, and the right to do it', async () => {
    for (const body of [{}, { reason: ' ' }, { reason: 'x', ref: 'refs/heads/a' }, { reason: 'x', zone: 'all' }])
      expect(problemOf(await reset(body)).code).toBe('validation_failed');
    const visitor = await world.member(owner, await organizationOf(owner), 'developer');
    expect(problemOf(await visitor.post(`${base}/resets`, { reason: 'x' })).code).toBe('forbidden');
  });
});

describe('layers that two caches share', () => {
  const layer = (name: string, bytes: number): CacheBlob => ({ digest: `sha256:${name}`, bytes });
  const ref = (name: string) => ({ zone: 'branch', ref: `refs/heads/shares-${name}` });
  const bytesOf = async () => expectOk(await owner.get<ProjectCache>(base)).store.bytes;
  const zoneBytes = async () => {
    const { zones } = expectOk(await owner.get<ProjectCache>(base));
    return zones.find(({ zone }) => zone === 'branch')!.bytes;
  };

  it('are counted once, in what each holds alone, in the sum, and in what a deletion frees', async () => {
    const [before, inZone] = [await bytesOf(), await zoneBytes()];
    await exported(1_100, ref('one'), [layer('base', 1_000), layer('one', 100)]);
    await exported(1_030, ref('two'), [layer('base', 1_000), layer('two', 30)]);
    // Nobody wrote down what it consists of.
    await exported(5, ref('three'));
    const shown = (await entries('?q=shares-')).items;
    expect(shown.map(({ bytes, aloneBytes, sharedBytes }) => [bytes, aloneBytes, sharedBytes])).toEqual([
      [1_100, 100, 1_000],
      [1_030, 30, 1_000],
      [5, null, null],
    ]);
    expect((await bytesOf()) - before).toBe(1_135);
    expect((await zoneBytes()) - inZone).toBe(1_135);
    const freed = async (q: string) =>
      expectOk(await owner.get<CachePrunePreview>(`${base}/prunes/preview?q=${q}`)).bytes;
    expect([await freed('shares-one'), await freed('shares-two'), await freed('shares-')]).toEqual([100, 30, 1_135]);
    const [one, two] = shown;
    const store = new CacheStoreRepository(world.database);
    const { platform, epoch } = two!;
    expect(await store.sharers(target.project.id, one!.id, 5)).toEqual([
      { ...ref('two'), platform, epoch, bytes: 1_000 },
    ]);

    const sweeps = new CacheSweepRepository(world.database);
    for (const place of [one!, two!]) await sweeps.evicted(target.project.id, place, { why: 'ref_deleted' });
    const gone = expectOk(await owner.get<Page<CacheEviction>>(`${base}/evictions?limit=2`)).items;
    expect(gone.map(({ bytes, freedBytes }) => [bytes, freedBytes])).toEqual([
      [1_030, 1_030],
      [1_100, 100],
    ]);
    expect((await bytesOf()) - before).toBe(5);
  });
});
