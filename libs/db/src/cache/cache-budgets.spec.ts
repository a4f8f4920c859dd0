import { expect, it } from 'vitest';
import type { Database } from '../database.js';
import { CacheBudgets } from './cache-budgets.js';

it('V8-L6 weighs a project that took too long again after ten minutes, and not in each run', async () => {
  const tooLong = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
  let weighed = 0;
  const prisma = {
    $queryRaw: async (parts: readonly string[]) => {
      if (parts.join('').includes('FROM project p')) return [{ id: 'slow', budget: 1, sum: 2 }];
      if (parts.join('').includes('count(*)')) return [{ count: 1 }];
      weighed += 1;
      throw tooLong;
    },
  };
  let nowMs = 0;
  const budgets = new CacheBudgets({ prisma } as unknown as Database, () => nowMs);
  const failed: string[] = [];
  const run = () => budgets.promise((_error, projectId) => failed.push(projectId));
  await run();
  nowMs += 60_000;
  await run();
  expect([weighed, failed]).toEqual([1, ['slow']]);
  nowMs += 600_000;
  await run();
  expect([weighed, failed]).toEqual([2, ['slow', 'slow']]);
});
