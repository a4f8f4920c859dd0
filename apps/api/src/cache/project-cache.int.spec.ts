import type { DeliveryView, ProjectCache } from '@cooperage/contracts';
import { type BuildRecord, EvaluationRepository, newId } from '@cooperage/db';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let address: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
});
beforeEach(async () => {
  target = await world.project(owner, await organizationOf(owner));
  address = `/api/v1/projects/${target.project.id}`;
});
afterAll(() => world.close());

const cache = async () => expectOk(await owner.get<ProjectCache>(`${address}/cache`));
const change = ({ id }: Pick<BuildRecord, 'id'>, data: object) =>
  world.database.prisma.build.update({ where: { id }, data });

describe('what would earn more', () => {
  it('is recommended by the project’s own numbers, and no more once it is set', async () => {
    const costs = { cacheRanMs: 1_000, cacheImportMs: 100, finishedAt: new Date(), status: 'succeeded' };
    for (let round = 0; round < 10; round++) {
      await change(await world.build(target), { ...costs, cacheSavedMs: 1_000, cacheExportMs: 400 });
      await change(await world.build(target), { ...costs, cacheSavedMs: 8_000, cacheBackend: 'inline' });
    }
    expect((await cache()).advice).toEqual([{ kind: 'backend', backend: 'inline', moreMs: 7_400 }]);
    expectOk(await owner.ask('PATCH', address, { cacheBackend: 'inline' }));
    expect((await cache()).advice).toEqual([]);
  });
});

describe('a cache that is cold', () => {
  const { ref, platform } = { ref: 'refs/heads/main', platform: 'linux/amd64' };
  const leaves = (epoch: number) =>
    world.database.prisma.cacheEntry.create({
      data: {
        ...{ projectId: target.project.id, zone: 'protected', ref, platform, epoch, digest: 'sha256:a', bytes: 5n },
        ...{ buildId: newId(), buildNumber: 1 },
      },
    });

  it('is so until a build of the default branch has left one, and again after a reset or a deletion', async () => {
    expect((await cache()).cold).toBeNull();
    const build = await world.build(target);
    expect((await cache()).cold).toEqual({ why: 'never', underWay: build.number });
    await change(build, { status: 'succeeded', stage: null, cacheExport: 'pending' });
    expect((await cache()).cold).toEqual({ why: 'never', underWay: build.number });
    await change(build, { cacheExport: 'failed' });
    expect((await cache()).cold).toEqual({ why: 'never', underWay: null });
    await leaves(0);
    expect((await cache()).cold).toBeNull();
    expectOk(await owner.post(`${address}/cache/resets`, { zone: 'protected', ref: null, reason: 'a test' }), 202);
    expect((await cache()).cold).toEqual({ why: 'reset', underWay: null });
    await world.database.prisma.cacheEviction.create({
      data: { id: newId(), projectId: target.project.id, zone: 'protected', ref, platform, epoch: 1, why: 'budget' },
    });
    expect((await cache()).cold).toEqual({ why: 'deleted', underWay: null });
    expectOk(await owner.ask('PATCH', address, { cacheMode: 'none' }));
    expect((await cache()).cold).toBeNull();
  });

  it('is not warmed by another branch’s reset, nor made cold by it', async () => {
    await world.build(target);
    await leaves(0);
    const reset = { zone: 'branch', ref: 'refs/heads/topic', reason: 'a test' };
    expectOk(await owner.post(`${address}/cache/resets`, reset), 202);
    expect((await cache()).cold).toBeNull();
  });

  it('is warmed by a build that a person asks for, which reads none', async () => {
    const delivery = expectOk(await owner.post<DeliveryView>(`${address}/builds`, { ref, noCache: true }), 202);
    const subject = await new EvaluationRepository(world.database).load(delivery.id);
    expect(JSON.parse(Buffer.from(subject!.body!).toString())).toMatchObject({ noCache: true, ruleId: null });
  });
});
