import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import type { Database } from '../database.js';
import { OverviewRepository } from '../index.js';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

it('R19C-1 asks of what builders say of themselves for the numbers of their disks alone', async () => {
  const disk = { diskFreeBytes: 3, diskTotalBytes: 7 };
  const full = await world.processes.start('builder', 'full', { slots: 1, engineFeatures: { large: 'x' }, ...disk });
  const silent = await world.processes.start('builder', 'silent', { slots: 1, note: 'large' });
  let answer: unknown;
  const $queryRaw = async (...statement: Parameters<Database['prisma']['$queryRaw']>) => {
    answer = await world.db.prisma.$queryRaw(...statement);
    return answer;
  };
  const overview = new OverviewRepository({ prisma: { $queryRaw } } as unknown as Database);
  expect(await overview.builders()).toEqual([
    { id: full, name: 'full', disk: { freeBytes: 3, totalBytes: 7 } },
    { id: silent, name: 'silent', disk: null },
  ]);
  expect(answer).toHaveLength(2);
  expect(JSON.stringify(answer)).not.toMatch(/large|slots/);
});
