import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { CachePruneRepository } from '../index.js';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const actor = { kind: 'person', id: 'ada', name: 'Ada', ip: null } as const;

/** A project with a cache, and how a person prunes it. */
async function projectWithCache() {
  const organizationId = await world.organization();
  const projectId = await world.project(organizationId);
  const place = { projectId, zone: 'branch', ref: 'refs/heads/topic', platform: 'linux/amd64', epoch: 0 };
  const written = { digest: 'sha256:1', bytes: 1, buildId: projectId, buildNumber: 1 };
  await world.db.prisma.cacheEntry.create({ data: { ...place, ...written } });
  const rule = { zone: null, text: 'topic', unusedDays: null, reason: 'room' };
  const prune = () => new CachePruneRepository(world.db).create({ projectId, organizationId }, rule, null, actor);
  return { projectId, prune };
}
const waitForWaiting = (count: number) =>
  expect
    .poll(
      () => world.db.prisma.$queryRaw`
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    .toHaveLength(count);

it('V12B-5 a prune does not hold the row of its project while it looks for what fits', async () => {
  const { projectId, prune } = await projectWithCache();
  const made = await world.whileHeld('LOCK TABLE cache_entry IN ACCESS EXCLUSIVE MODE', async () => {
    const pruning = prune();
    await waitForWaiting(1);
    await world.db.prisma.$queryRaw`SELECT 1 FROM project WHERE id = ${projectId}::uuid FOR NO KEY UPDATE NOWAIT`;
    return { pruning };
  });
  expect(await made.pruning).toMatchObject({ chosen: 1 });
});

it('V12B-5 of two prunes that chose at once one is refused, and leaves nothing', async () => {
  const { projectId, prune } = await projectWithCache();
  const both = await world.whileHeld('LOCK TABLE cache_entry IN ACCESS EXCLUSIVE MODE', async () => {
    const pruning = Promise.all([prune(), prune()]);
    await waitForWaiting(2);
    return { pruning };
  });
  const made = await both.pruning;
  expect(made.toSorted((one) => (one === 'open' ? -1 : 1))).toEqual(['open', expect.objectContaining({ chosen: 1 })]);
  const { cachePrune, outbox, auditEntry } = world.db.prisma;
  const promised = outbox.count({ where: { topic: 'prune-cache', groupId: projectId } });
  const audited = auditEntry.count({ where: { projectId } });
  expect(await Promise.all([cachePrune.count({ where: { projectId } }), promised, audited])).toEqual([1, 1, 1]);
});
