import { CacheSweepRepository } from '@cooperage/db';
import { type CacheReadFact, cacheReference } from '@cooperage/domain';
import type { BuildRequest } from '@cooperage/engines';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildBench, outcome } from '../../../spec/build-bench.js';

const platform = 'linux/amd64';
const main = { zone: 'protected', ref: 'refs/heads/main', epoch: 0 } as const;
const topic = { zone: 'branch', ref: 'refs/heads/topic', epoch: 0 } as const;
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

  async function left(place: typeof main | typeof topic, letter: string, daysAgo = 0): Promise<number> {
    const { id: buildId, number: buildNumber } = await bench.world.build(bench.projectId);
    const writtenAt = new Date(Date.now() - daysAgo * 86_400_000);
    const named = { projectId: bench.projectId, ...place, platform, digest: digest(letter), bytes: 1n };
    await bench.world.db.prisma.cacheEntry.create({ data: { ...named, buildId, buildNumber, writtenAt } });
    return buildNumber;
  }
  type Told = Extract<Parameters<Parameters<typeof bench.work>[1]>[0], { type: 'cache' }>;
  const byDigest = ({ cacheImports }: BuildRequest): Told => ({ type: 'cache', name: cacheImports[0] ?? null });

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
  const named = (place: typeof main | typeof topic, end: string) =>
    `registry.example/${cacheReference(bench.projectId, { ...place, platform }).repository}${end}`;
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
    expect(await uses()).toEqual([first.build.number]);
    await left(topic, 'b', 3);
    const second = await read();
    expect(second.request.cacheImports).toEqual([named(topic, `@${digest('b')}`)]);
    expect(second.fact).toMatchObject({ cache: { role: 'own', ...topic }, none: null, passed: [] });
    // The default branch's was not read by this one: it was last of use to the one before.
    expect(await uses()).toEqual([first.build.number, second.build.number]);
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
