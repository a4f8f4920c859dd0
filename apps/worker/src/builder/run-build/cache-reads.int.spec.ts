import {
  BuildRepository,
  CacheFactsRepository,
  CacheSweepRepository,
  PublishRepository,
  TenureRepository,
} from '@cooperage/db';
import { type CacheReadFact, cacheReference, type Lane } from '@cooperage/domain';
import type { BuildRequest } from '@cooperage/engines';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildBench, outcome } from '../../../spec/build-bench.js';

const platform = 'linux/amd64';
const main = { zone: 'protected', ref: 'refs/heads/main', epoch: 0 } as const;
const topic = { zone: 'branch', ref: 'refs/heads/topic', epoch: 0 } as const;
const stranger = { zone: 'fork', ref: 'refs/heads/stranger', epoch: 0 } as const;
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

describe('the cache that a build reads', () => {
  let bench: BuildBench;
  beforeAll(async () => {
    bench = await BuildBench.open();
  });
  afterAll(() => bench.world.close());
  beforeEach(async () => {
    await bench.begin();
    const { prisma } = bench.world.db;
    await prisma.project.update({ where: { id: bench.projectId }, data: { defaultBranch: 'main' } });
  });
  afterEach(() => bench.end());

  async function left(
    place: typeof main | typeof topic | typeof stranger,
    letter: string,
    daysAgo = 0,
    by: { id: string; number: number } | null = null,
  ): Promise<number> {
    const { id: buildId, number: buildNumber } = by ?? (await bench.world.build(bench.projectId));
    const writtenAt = new Date(Date.now() - daysAgo * 86_400_000);
    const key = { projectId: bench.projectId, ...place, platform };
    const data = { digest: digest(letter), bytes: 1n, buildId, buildNumber, writtenAt };
    await bench.world.db.prisma.cacheEntry.upsert({
      ...{ where: { projectId_zone_ref_platform_epoch: key }, create: { ...key, ...data }, update: data },
    });
    return buildNumber;
  }
  type Told = Extract<Parameters<Parameters<typeof bench.work>[1]>[0], { type: 'cache' }>;
  const byDigest = ({ cacheImports }: BuildRequest): Told => ({ type: 'cache', name: cacheImports[0] ?? null });

  /** What the engine of a fork's build is asked for. */
  async function forked(lane: Lane = 'strangers', change: { cachePolicy?: 'none' } = {}) {
    await bench.takes(lane);
    const { prisma } = bench.world.db;
    await prisma.build.updateMany({ where: { status: 'queued' }, data: { status: 'canceled', stage: null } });
    const { id } = await bench.world.build(bench.projectId, { zone: 'fork', isolated: true, ...change });
    await prisma.build.update({ where: { id }, data: { ref: stranger.ref } });
    const asked: BuildRequest[] = [];
    bench.work = async (request) => {
      asked.push(request);
      return outcome;
    };
    const { attemptId } = await bench.dispatchNext();
    await bench.service().run(attemptId);
    const { resultSpace } = await bench.attempt(id);
    expect(resultSpace).toBe(asked[0]!.limits.group);
    const { cacheImports: imports, cacheMountNamespace: mounts, stepMark: mark } = asked[0]!;
    return { id, space: resultSpace, imports, mounts, mark };
  }

  /** What the engine of a build of the branch is asked to read, and what is written down of what it says. */
  async function read(change: object = {}, tell: (request: BuildRequest) => Told = byDigest) {
    const { prisma } = bench.world.db;
    await prisma.build.updateMany({ where: { status: 'queued' }, data: { status: 'canceled', stage: null } });
    const { id } = await bench.world.build(bench.projectId, { zone: 'branch' });
    await prisma.build.update({ where: { id }, data: { ref: topic.ref, ...change } });
    const asked: BuildRequest[] = [];
    bench.work = async (request, emit) => {
      asked.push(request);
      await emit(tell(request));
      return { ...outcome, stepsCached: 2 };
    };
    const { attemptId } = await bench.dispatchNext();
    await bench.service().run(attemptId);
    const { cacheRead } = await bench.attempt(id);
    const fact = cacheRead as unknown as CacheReadFact | null;
    return {
      build: await bench.build(id),
      request: asked[0]!,
      fact: fact!,
      passed: fact?.passed.map(({ role, why }) => `${role} ${why}`),
    };
  }
  const named = (place: typeof main | typeof topic | typeof stranger, end: string) =>
    `registry.example/${cacheReference(bench.projectId, { ...place, platform }).repository}${end}`;
  /** Control notes what was of use when it publishes: a builder says what it has read, and changes no cache of another zone. */
  const published = async ({ id, projectId }: { id: string; projectId: string }) => {
    const control = await bench.world.processes.start('control', 'c', {});
    const held = await new TenureRepository(bench.world.db).acquire(projectId, control, 30_000);
    if (!held.ok) throw new Error('no tenure');
    const build = (await new BuildRepository(bench.world.db).find(id))!;
    const passed = await new PublishRepository(bench.world.db).passGate(build, held.tenure, { platforms: [] });
    await new TenureRepository(bench.world.db).release(held.tenure);
    expect(passed.ok).toBe(true);
  };
  const uses = async () => {
    const rows = await bench.world.db.prisma.cacheEntry.findMany({ orderBy: { digest: 'asc' } });
    return rows.map(({ usedNumber }) => usedNumber);
  };

  it('S-113 is its own, by the digest that was written down, and before there is one the default branch’s', async () => {
    const cold = await read();
    // What stands under a tag of which nothing is written down is nobody's word: it is not read.
    expect(cold.request.cacheImports).toEqual([]);
    expect(cold.fact).toMatchObject({ cache: null, none: 'none_there' });
    expect(cold.passed).toEqual(['own absent', 'main absent']);
    const writer = await left(main, 'a');
    const first = await read();
    expect(first.request.cacheImports).toEqual([named(main, `@${digest('a')}`)]);
    expect(first.fact.cache).toMatchObject({ role: 'main', ...main, digest: digest('a'), writtenBy: writer });
    expect(first.passed).toEqual(['own absent']);
    expect(await uses()).toEqual([null]);
    await bench.world.db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM cache_entry FOR UPDATE`;
      await published((await read()).build);
    });
    expect(await uses(), 'R17C-2: what is held is passed over').toEqual([null]);
    await published(first.build);
    expect(await uses()).toEqual([first.build.number]);
    await left(topic, 'b', 3);
    const second = await read();
    expect(second.request.cacheImports).toEqual([named(topic, `@${digest('b')}`)]);
    expect(second.fact).toMatchObject({ cache: { role: 'own', ...topic }, none: null, passed: [] });
    await published(second.build);
    // The default branch's was not read by this one: it was last of use to the one before.
    expect(await uses()).toEqual([first.build.number, second.build.number]);
  });

  /** A build of the default branch that was built, with what it left. */
  async function built(isolated: boolean) {
    const { prisma } = bench.world.db;
    await prisma.build.updateMany({ where: { status: 'queued' }, data: { status: 'canceled', stage: null } });
    const build = await bench.world.build(bench.projectId, { isolated });
    await bench.takes('trusted');
    await bench.service().run((await bench.dispatchNext()).attemptId);
    expect(await bench.attempt(build.id)).toMatchObject({ state: 'built' });
    await left(main, 'a', 0, build);
  }

  it.each([
    [false, '', 'protected'],
    [true, '-protected', undefined],
  ])('S-110 is a fork’s with the names that its results have (strict isolation: %s)', async (isolated, end, mark) => {
    await built(isolated);
    const fork = await forked();
    expect(fork).toMatchObject({ space: `${bench.projectId}${end}`, mark });
    expect(fork.imports[0]).toBe(named(main, `@${digest('a')}`));
    expect(fork.mounts).toBe((await bench.attempt(fork.id)).id.replace(/^/, `${bench.projectId}-`));
    // What it has left itself has the same names, and is read with them.
    await left(stranger, 'b', 0, await bench.build(fork.id));
    const next = await forked();
    expect(next.imports[0]).toBe(named(stranger, `@${digest('b')}`));
    expect([next.space, next.mark]).toEqual([fork.space, fork.mark]);
    // An export starts from what was built, not from what there is to read now.
    await bench.world.db.prisma.build.update({ where: { id: next.id }, data: { status: 'succeeded', stage: null } });
    expect(await bench.attempts.finished(next.id)).toMatchObject({ resultSpace: fork.space });
  });

  it('R2-N5 has the zone of its build in what depends on mounts, where zones share results', async () => {
    const asked = async (zone: 'protected' | 'branch', change: object = {}) => {
      await bench.world.db.prisma.build.updateMany({
        where: { status: 'queued' },
        data: { status: 'canceled', stage: null },
      });
      const { id } = await bench.world.build(bench.projectId, { zone, ...change });
      const requests: BuildRequest[] = [];
      bench.work = async (request) => {
        requests.push(request);
        return outcome;
      };
      await bench.service().run((await bench.dispatchNext()).attemptId);
      const facts = await new CacheFactsRepository(bench.world.db).find(id);
      expect(facts!.mark).toBe(requests[0]!.stepMark ?? null);
      return [requests[0]!.limits.group, requests[0]!.stepMark];
    };
    expect(await asked('protected')).toEqual([bench.projectId, 'protected']);
    expect(await asked('branch')).toEqual([bench.projectId, 'branch']);
    expect(await asked('branch', { isolated: true })).toEqual([`${bench.projectId}-branch`, undefined]);
  });

  it('S-110 is a fork’s under a name of its own where nothing is read, where nobody knows whose it is, and where secrets are withheld', async () => {
    const own = new RegExp(`^${bench.projectId}-fork-`);
    expect((await forked()).space).toMatch(own);
    await left(main, 'a');
    expect((await forked()).space).toMatch(own);
    await built(false);
    expect((await forked('strangers', { cachePolicy: 'none' })).space).not.toBe(bench.projectId);
    expect((await forked()).space).toBe(bench.projectId);
    await bench.secret('NPM_TOKEN', 'value');
    expect((await forked()).space).toMatch(own);
  });

  it('is the default branch’s again where its own is old and that one newer', async () => {
    await left(main, 'a');
    await left(topic, 'b', 30);
    const { request, fact, passed } = await read();
    expect(request.cacheImports).toEqual([named(main, `@${digest('a')}`)]);
    expect(fact.cache?.role).toBe('main');
    expect(passed).toEqual(['own old']);
  });

  it('is none after what it would have read was deleted, or where the engine does not find it', async () => {
    await left(main, 'a');
    const gone = await read({}, () => ({ type: 'cache', name: null, missing: true }));
    expect(gone.fact).toMatchObject({ cache: null, none: 'none_there' });
    expect(gone.passed).toEqual(['own absent', 'main gone']);
    expect(await uses()).toEqual([null]);
    await new CacheSweepRepository(bench.world.db).evicted(bench.projectId, { ...main, platform }, { why: 'budget' });
    const evicted = await read();
    expect(evicted.request.cacheImports).toEqual([]);
    expect(evicted.passed).toEqual(['own absent', 'main deleted']);
    expect(evicted.fact.passed[1]!.eviction).toEqual({ why: 'budget', unusedDays: null });
  });

  it('is none where its rule, a person or a reset wants none', async () => {
    await left(main, 'a');
    for (const [change, none] of [
      [{ cachePolicy: 'none' }, 'policy'],
      [{ noCache: true }, 'asked'],
      [{ afterReset: true }, 'reset'],
    ] as const) {
      const { request, fact } = await read(change);
      expect([request.cacheImports, fact]).toEqual([[], { cache: null, none, passed: [] }]);
    }
    expect(await uses()).toEqual([null]);
  });

  it('is what an engine found that looks for itself: in repositories, or on the disk of its worker', async () => {
    await left(topic, 'b');
    const repositories = await read({}, ({ cacheRepositories }) => ({ type: 'cache', name: cacheRepositories![1]! }));
    expect(repositories.request.cacheRepositories).toEqual([named(topic, ''), named(main, '')]);
    expect(repositories.fact.cache).toMatchObject({ role: 'main', digest: null, writtenAt: null, writtenBy: null });
    const onDisk = await read({ cacheBackend: 'local' }, ({ localCaches }) => ({
      ...{ type: 'cache', name: localCaches![0]!, digest: digest('c') },
    }));
    expect(onDisk.request.cacheImports).toEqual([]);
    expect(onDisk.fact.cache).toMatchObject({ role: 'own', digest: digest('c') });
    // Neither has read what the registry holds under that name.
    expect(await uses()).toEqual([null]);
  });
});
