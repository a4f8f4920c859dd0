import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { ContextManifestRepository } from '../attempt/context-manifest-repository.js';
import { CacheFactsRepository, StepRepository } from '../index.js';

const main = { zone: 'protected', ref: 'refs/heads/main' } as const;
const topic = { zone: 'branch', ref: 'refs/heads/topic' } as const;

let world: World;
let projectId: string;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(async () => {
  await world.reset();
  projectId = await world.project();
  await world.db.prisma.project.update({ where: { id: projectId }, data: { defaultBranch: 'main' } });
});
afterAll(() => world.close());

it('counts as a use of a cache from before reads were written down what might have read it', async () => {
  const { prisma } = world.db;
  const build = async (data: object) => {
    const { id } = await world.build(projectId);
    return prisma.build.update({ where: { id }, data: { status: 'succeeded', stage: null, ...data } });
  };
  const writer = await build({ ...main, stepsCached: 0 });
  const at = new Date(1_000_000);
  const used = await build({ ...topic, stepsCached: 1, startedAt: at });
  await build({ ...topic, stepsCached: 0 });
  for (const place of [main, topic, { ...topic, ref: 'refs/heads/other' }]) {
    const written = { digest: 'sha256:1', bytes: 1n, buildId: writer.id, buildNumber: writer.number };
    const named = { projectId, ...place, platform: 'linux/amd64', epoch: 0 };
    await prisma.cacheEntry.create({ data: { ...named, ...written } });
  }
  const folder = join(import.meta.dirname, '../../../../prisma/migrations/20261129063000_cache_read/migration.sql');
  await prisma.$executeRawUnsafe(/^UPDATE cache_entry[^;]*;/m.exec(readFileSync(folder, 'utf8'))![0]);
  const rows = await prisma.cacheEntry.findMany({ orderBy: { ref: 'asc' } });
  expect(rows.map(({ ref, usedNumber, usedAt }) => [ref, usedNumber, usedAt])).toEqual([
    [main.ref, used.number, at],
    ['refs/heads/other', null, null],
    [topic.ref, used.number, at],
  ]);
});

it('asks the build that left what was read why a step ran, however old it is', async () => {
  const instanceId = await world.processes.start('builder', 'w1', { slots: 4, platforms: ['linux/amd64'] });
  const told = async (worker: string, from: number | null) => {
    const { id } = await world.build(projectId);
    const mine = (await world.dispatch()).find(({ buildId }) => buildId === id);
    const attempt = (await world.attempts.claim(mine!.attemptId, instanceId, worker, 600_000))!;
    await world.attempts.describe(attempt, 'ab', 'FROM busybox\nRUN x\n');
    await new ContextManifestRepository(world.db).save(attempt, []);
    await new StepRepository(world.db).save(attempt.attemptId, []);
    const cache = { role: 'own', ...main, epoch: 0, digest: 'sha256:1', writtenAt: null } as const;
    if (from !== null)
      await world.attempts.noteCacheRead(attempt, { cache: { ...cache, writtenBy: from }, none: null, passed: [] });
    const failure = { code: 'StepFailed', message: 'no' } as const;
    await world.attempts.failed(attempt, instanceId, failure, { retryable: false, attemptsLeft: false, pauseMs: 0 });
    return attempt.build;
  };
  const oldest = await told('w2', null);
  for (let times = 0; times < 9; times++) await told('w2', null);
  const facts = new CacheFactsRepository(world.db);
  const numbers = async (id: string) => (await facts.earlier(id)).map(({ build }) => build.number);
  const now = await told('w1', oldest.number);
  expect((await facts.find(now.id))!.read).toEqual({ from: oldest.number });
  expect(await numbers(now.id)).toEqual([10, 9, 8, 7, 6, 5, 4, oldest.number]);
  const unknown = await told('w1', null);
  expect((await facts.find(unknown.id))!.read).toBeNull();
  expect(await numbers(unknown.id)).not.toContain(oldest.number);
  // What all of them have together goes through memory at once: the build that left what was read comes first.
  const large = { dockerfile: `FROM busybox\n${'#'.repeat(4_000_000)}` };
  await world.db.prisma.attempt.updateMany({ where: { build: { number: { lt: now.number } } }, data: large });
  expect(await numbers(now.id), 'R16B-4').toEqual([10, 9, 8, 7, 6, 5, 4, oldest.number]);
  const targetRecords = { targets: [], dockerfiles: ['#'.repeat(4_000_000)] };
  await world.db.prisma.attempt.updateMany({
    where: { build: { number: { gte: 7, lt: now.number } } },
    data: { targetRecords },
  });
  expect(await numbers(now.id), 'R16B-4').toEqual([10, 9, 8, oldest.number]);
});
