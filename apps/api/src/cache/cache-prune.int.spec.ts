import type { CacheEviction, CachePrune, CachePrunePreview, Page } from '@cooperage/contracts';
import { CacheSweepRepository } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let base: string;

const dayMs = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs);
const digestOf = (at: number) => `sha256:${String(at).padStart(64, '0')}` as const;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner), { slug: 'cask' });
  const { id } = target.project;
  base = `/api/v1/projects/${id}/cache`;
  await world.database.prisma.project.update({ where: { id }, data: { defaultBranch: 'main' } });
  await store('protected', 'main', 1, 7_000, 40);
  await store('branch', 'maintain', 2, 900, 40);
  await store('branch', 'topic', 3, 500, 40);
  await store('fork', 'main', 4, 300, 2);
});
afterAll(() => world.close());

/** A build of a place, and what it left so many days ago. */
async function store(zone: string, branch: string, at: number, bytes: number, days: number): Promise<void> {
  const { id: buildId, number: buildNumber } = await world.build(target);
  const place = { zone, ref: `refs/heads/${branch}` };
  await world.database.prisma.build.update({ where: { id: buildId }, data: { ...place, status: 'succeeded' } });
  const written = { digest: digestOf(at), bytes, buildId, buildNumber, writtenAt: daysAgo(days) };
  const named = { projectId: target.project.id, ...place, platform: 'linux/amd64', epoch: 0 };
  await world.database.prisma.cacheEntry.create({ data: { ...named, ...written } });
}
/** Caches of a blob that all have and one of their own, each of an epoch of its own. */
async function storeMany(projectId: string, zone: string, ref: string, count: number): Promise<void> {
  // In portions: one statement may take five seconds.
  for (let first = 1; first <= count; first += 1_000)
    await world.database.prisma.$executeRawUnsafe(`
    INSERT INTO cache_entry (project_id, zone, ref, platform, epoch, digest, bytes, blob_digests, blob_bytes, build_id, build_number)
    SELECT '${projectId}', '${zone}', ${ref}, 'linux/amd64', n, 'sha256:' || n, 107, ARRAY['shared', ${ref} || ' ' || n],
      ARRAY[100, 7], gen_random_uuid(), 1 FROM generate_series(${first}, ${Math.min(count, first + 999)}) n`);
}
const preview = async (query: string) =>
  expectOk(await owner.get<CachePrunePreview>(`${base}/prunes/preview?${query}`));
const prune = (body: object, who = owner) => who.post<CachePrune>(`${base}/prunes`, body);
const names = (some: readonly { zone: string; ref: string }[]) =>
  some.map(({ zone, ref }) => `${zone} ${ref.slice(11)}`);

describe('a preview of a prune', () => {
  it('says which references go, what that frees, and whose next build starts colder', async () => {
    const seen = await preview('unusedDays=30');
    expect(seen).toMatchObject({ references: 2, bytes: 1_400, colderRefs: 2 });
    expect(names(seen.items)).toEqual(['branch maintain', 'branch topic']);
    expect(seen.items[0]).toMatchObject({ bytes: 900, platform: 'linux/amd64', epoch: 0 });
    expect(names(seen.spared)).toEqual(['protected main']);
    // The newest build first; each still finds what the default branch left.
    expect(seen.colder).toMatchObject([
      { ref: 'refs/heads/topic', left: ['refs/heads/main'] },
      { ref: 'refs/heads/maintain', left: ['refs/heads/main'] },
    ]);
    expect(names((await preview('zone=branch&q=TOP')).items)).toEqual(['branch topic']);
    expect(await preview('q=nothing')).toMatchObject({ references: 0, bytes: 0, items: [], colder: [] });
  });

  it('takes what all builds read by its full ref only', async () => {
    expect(names((await preview('q=main')).items)).toEqual(['branch maintain', 'fork main']);
    const { items, colder } = await preview('zone=protected&q=refs/heads/main');
    expect(names(items)).toEqual(['protected main']);
    // The others read their own as long as they have one.
    expect(names(colder)).toEqual(['protected main']);
    expect(colder.map(({ left }) => left.length)).toEqual([0]);
  });

  it('R4-P7 shows the first hundred of each, and counts the rest', async () => {
    const many = await world.project(owner, await organizationOf(owner), { slug: 'many' });
    const { id } = many.project;
    await world.database.prisma.project.update({ where: { id }, data: { defaultBranch: 'main' } });
    await storeMany(id, 'branch', `'refs/heads/r' || n`, 150);
    await storeMany(id, 'protected', `'refs/heads/main'`, 130);
    const address = `/api/v1/projects/${id}/cache/prunes`;
    const seen = expectOk(await owner.get<CachePrunePreview>(`${address}/preview?q=refs`));
    // All need the same blob, which what all builds read needs too; each has one of its own besides.
    expect(seen).toMatchObject({ references: 150, bytes: 150 * 7, sparedReferences: 130 });
    expect([seen.items.length, seen.spared.length]).toEqual([100, 100]);
    await storeMany(id, 'branch', `'refs/heads/s' || n`, 9_851);
    const body = { q: 'refs', reason: 'x' };
    const tooMany = problemOf(await owner.post(address, body));
    expect(tooMany.code).toBe('conflict');
    expect(tooMany.detail).toContain('10001 caches fit, and a prune takes 10000 at most');
    const made = expectOk(await owner.post<CachePrune>(address, { ...body, q: 'refs/heads/s' }), 202);
    expect(made.references).toBe(9_851);
  });

  it('has to be told something, within bounds', async () => {
    for (const query of ['', 'zone=all', 'unusedDays=0', 'unusedDays=x', 'q=%20'])
      expect(problemOf(await owner.get(`${base}/prunes/preview?${query}`)).code, query).toBe('validation_failed');
  });
});

describe('a prune', () => {
  it('needs a reason, something that fits, and the right to do it', async () => {
    for (const body of [{ q: 'topic' }, { q: '', reason: 'x' }, { reason: 'x' }, { zone: 'all', reason: 'x' }])
      expect(problemOf(await prune(body)).code).toBe('validation_failed');
    expect(problemOf(await prune({ q: 'nothing', reason: 'x' })).code).toBe('conflict');
    const spared = problemOf(await prune({ zone: 'protected', reason: 'x' }));
    expect([spared.code, spared.detail]).toEqual(['conflict', expect.stringContaining('say its full ref')]);
    const visitor = await world.member(owner, await organizationOf(owner), 'developer');
    expect(problemOf(await prune({ q: 'topic', reason: 'x' }, visitor)).code).toBe('forbidden');
    expect((await visitor.get(`${base}/prunes/preview?q=topic`)).status).toBe(200);
  });

  it('does nothing where something else would go than what was seen', async () => {
    const rule = { zone: 'branch', unusedDays: 30 };
    const { seen } = await preview('zone=branch&unusedDays=30');
    const entry = { projectId: target.project.id, ref: 'refs/heads/topic' };
    const { cacheEntry } = world.database.prisma;
    await cacheEntry.updateMany({ where: entry, data: { digest: digestOf(9) } });
    expect(problemOf(await prune({ ...rule, reason: 'x', seen })).code).toBe('stale');
    await cacheEntry.updateMany({ where: entry, data: { digest: digestOf(3) } });
    expect(expectOk(await owner.get<Page<CachePrune>>(`${base}/prunes`)).items).toEqual([]);
  });

  it('chooses what stands then; each deletion is told with who asked for it and why', async () => {
    const { seen } = await preview('zone=branch&unusedDays=30');
    const asked = { zone: 'branch', unusedDays: 30, reason: 'room for the release' };
    const made = expectOk(await prune({ ...asked, seen }), 202);
    expect(made).toMatchObject({ ...asked, q: '', references: 2, deleted: 0, endedAt: null });
    // One of them is written anew before control comes to it.
    await world.database.prisma.cacheEntry.updateMany({
      where: { projectId: target.project.id, ref: 'refs/heads/topic' },
      data: { digest: digestOf(9) },
    });
    const sweeps = new CacheSweepRepository(world.database);
    const open = await sweeps.openPrune(made.id);
    expect(open).toMatchObject({ places: [{ ref: 'refs/heads/maintain', digest: digestOf(2) }] });
    const [place] = open!.places;
    await sweeps.evicted(target.project.id, place!, { why: 'pruned', causeId: made.id });
    await sweeps.endPrune(made.id);
    expect(await sweeps.openPrune(made.id)).toBeNull();

    const [row] = expectOk(await owner.get<Page<CacheEviction>>(`${base}/evictions`)).items;
    expect(row).toMatchObject({
      ref: 'refs/heads/maintain',
      bytes: 900,
      why: 'pruned',
      by: made.by,
      reason: asked.reason,
    });
    const [listed] = expectOk(await owner.get<Page<CachePrune>>(`${base}/prunes?limit=1`)).items;
    expect(listed).toMatchObject({ id: made.id, references: 2, deleted: 1, endedAt: expect.any(String) });
    const [audit] = await world.database.prisma.auditEntry.findMany({
      where: { action: 'cache.prune', projectId: target.project.id },
    });
    expect(audit?.after).toMatchObject({ zone: 'branch', unusedDays: 30, reason: asked.reason, references: 2 });
  });

  it('R11-6 is refused while another one of the project has not ended, and keeps no places behind its end', async () => {
    const { id: projectId } = (await world.project(owner, await organizationOf(owner), { slug: 'often' })).project;
    await storeMany(projectId, 'branch', `'refs/heads/r' || n`, 3);
    const address = `/api/v1/projects/${projectId}/cache/prunes`;
    const ask = (q: string) => owner.post<CachePrune>(address, { q, reason: 'x' });
    const both = await Promise.all([ask('r1'), ask('r2')]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([202, 409]);
    const refused = problemOf(both.find(({ status }) => status === 409)!);
    expect([refused.code, refused.detail]).toEqual(['conflict', expect.stringContaining('has not ended')]);
    const { id } = expectOk(both.find(({ status }) => status === 202)!, 202);
    const { cachePrune } = world.database.prisma;
    expect((await cachePrune.findUniqueOrThrow({ where: { id } })).taken).toHaveLength(1);
    await new CacheSweepRepository(world.database).endPrune(id);
    expect(await cachePrune.findUniqueOrThrow({ where: { id } })).toMatchObject({ taken: [], chosen: 1 });
    expectOk(await ask('r3'), 202);
  });

  it('is paged, newest first', async () => {
    const second = expectOk(await prune({ zone: 'fork', reason: 'again' }), 202);
    const page = expectOk(await owner.get<Page<CachePrune>>(`${base}/prunes?limit=1`));
    expect(page.items[0]?.id).toBe(second.id);
    const older = expectOk(await owner.get<Page<CachePrune>>(`${base}/prunes?limit=1&cursor=${page.next}`));
    expect(older).toMatchObject({ items: [{ reason: 'room for the release' }], next: null });
  });
});
