import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { RetentionSchedule } from './retention-schedule.js';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

it('R7-B forgets finished deletions that are old in bounded statements, the oldest first, until none is left', async () => {
  const projectId = await world.project();
  const add = (state: string, count: number, days: number) => world.db.prisma.$executeRaw`
    INSERT INTO retention_candidate (id, project_id, kind, subject, label, reason, state, delete_after, finished_at)
    SELECT gen_random_uuid(), ${projectId}::uuid, 'delivery', ${state}::text || ${days}::int || '-' || n, '', 'age', ${state}, at, at
    FROM generate_series(1, ${count}::int) n, LATERAL (SELECT now() - ${days}::int * interval '1 day' - n * interval '1 s' AS at) x`;
  const has = async (subject: string) => (await world.db.prisma.retentionCandidate.count({ where: { subject } })) === 1;
  await add('deleted', 6_500, 91);
  await add('deleted', 1, 89);
  for (const state of ['scheduled', 'deleting', 'kept']) await add(state, 1, 91);
  const schedule = new RetentionSchedule(world.db);
  expect(await schedule.deleteHistory()).toBe(true);
  expect([await has('deleted91-6500'), await has('deleted91-5500'), await has('deleted91-1')]).toEqual([
    ...[false, true, true],
  ]);
  while (await schedule.deleteHistory());
  const left = await world.db.prisma.retentionCandidate.findMany({ select: { subject: true } });
  expect(left.map(({ subject }) => subject).toSorted()).toEqual([
    ...['deleted89-1', 'deleting91-1', 'kept91-1', 'scheduled91-1'],
  ]);
});
