import { cacheReference } from '@cooperage/domain';
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

  async function left(place: typeof main | typeof topic, letter: string, daysAgo = 0): Promise<void> {
    const { id: buildId, number: buildNumber } = await bench.world.build(bench.projectId);
    const writtenAt = new Date(Date.now() - daysAgo * 86_400_000);
    const named = { projectId: bench.projectId, ...place, platform, digest: digest(letter), bytes: 1n };
    await bench.world.db.prisma.cacheEntry.create({ data: { ...named, buildId, buildNumber, writtenAt } });
  }
  /** What the engine of a build of the branch is asked to read. */
  async function asked(): Promise<readonly string[]> {
    const { prisma } = bench.world.db;
    await prisma.build.updateMany({ where: { status: 'queued' }, data: { status: 'canceled', stage: null } });
    const { id } = await bench.world.build(bench.projectId, { zone: 'branch' });
    await prisma.build.update({ where: { id }, data: { ref: topic.ref } });
    const imports: (readonly string[])[] = [];
    bench.work = async (request: { cacheImports: readonly string[] }) => {
      imports.push(request.cacheImports);
      return outcome;
    };
    const { attemptId } = await bench.dispatchNext();
    await bench.service().run(attemptId);
    return imports[0]!;
  }
  const named = (place: typeof main | typeof topic, end: string) =>
    `registry.example/${cacheReference(bench.projectId, { ...place, platform }).repository}${end}`;

  it('S-113 is its own, by the digest that was written down, and before there is one the default branch’s', async () => {
    expect(await asked()).toEqual([named(topic, ':linux-amd64'), named(main, ':linux-amd64')]);
    await left(main, 'a');
    expect(await asked()).toEqual([named(main, `@${digest('a')}`), named(topic, ':linux-amd64')]);
    await left(topic, 'b', 3);
    expect(await asked()).toEqual([named(topic, `@${digest('b')}`), named(main, `@${digest('a')}`)]);
  });

  it('is the default branch’s again where its own is old and that one newer', async () => {
    await left(main, 'a');
    await left(topic, 'b', 30);
    expect(await asked()).toEqual([named(main, `@${digest('a')}`), named(topic, `@${digest('b')}`)]);
  });
});
