import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manyBuilds } from '../../spec/many-builds.js';
import { rowsRead } from '../../spec/rows-read.js';
import { World } from '../../spec/world.js';
import { CacheSweepRepository, newId } from '../index.js';
import type { CacheResetRecord } from './cache-reset-repository.js';
import { placesSql, writersSql } from './cache-sweep-repository.js';

const ended = 6_000;

describe.each(['up to date', 'of an empty table'])(
  'V14-3 a reset after 6,000 builds, with statistics %s',
  (statistics) => {
    let world: World;
    let projectId: string;
    let reset: CacheResetRecord;
    beforeAll(async () => {
      world = await World.open();
    });
    beforeEach(async () => {
      projectId = await world.project();
      reset = {
        ...{ id: newId(), projectId, epoch: 1, zone: null, ref: null, reason: 'r', actorName: 'ada' },
        ...{ afterNumber: ended, createdAt: new Date(), sweptAt: null },
      };
      await world.db.prisma.$executeRaw`ANALYZE build`;
      await manyBuilds(world.db, projectId, ended, newId());
      await change({ number: { lte: 10 } }, { cacheExport: 'done' });
      await change({ number: ended }, { cacheExport: 'failed', ref: 'refs/heads/last' });
      if (statistics === 'up to date') await world.db.prisma.$executeRaw`ANALYZE build`;
    });
    afterEach(() => world.reset());
    afterAll(() => world.close());

    const change = (where: object, data: object) =>
      world.db.prisma.build.updateMany({ where: { projectId, ...where }, data });
    const at = (ref: string) => ({ zone: 'protected', ref: `refs/heads/${ref}`, platform: 'linux/amd64', epoch: 0 });

    it('finds what they left, some builds at a time', async () => {
      const sweeps = new CacheSweepRepository(world.db, 700);
      const refs = async (change: Partial<CacheResetRecord>) =>
        (await sweeps.placesBefore({ ...reset, ...change })).toSorted((a, b) => (a.ref < b.ref ? -1 : 1));
      expect(await refs({})).toEqual([at('last'), at('main'), at('topic')]);
      expect(await refs({ zone: 'protected', ref: 'refs/heads/last' })).toEqual([at('last')]);
      expect(await refs({ zone: 'branch' })).toEqual([]);
      expect(await refs({ epoch: 0 })).toEqual([]);
      expect(await rowsRead(world.db, 'build', placesSql(reset, 4_900, 5_600))).toBe(700);
    });

    it('counts builds that may still write there, and reads few others', async () => {
      const sweeps = new CacheSweepRepository(world.db);
      const running = { status: 'running', finishedAt: null, cacheExport: 'none' };
      await change({ number: { in: [3, 4] } }, running);
      await change({ number: 5 }, { ...running, cacheExport: 'pending' });
      await change({ number: 6 }, { status: 'succeeded', cacheExport: 'pending' });
      await change({ number: 7 }, { ...running, cacheEpoch: 1 });
      expect(await sweeps.writersBefore(reset)).toBe(4);
      expect(await sweeps.writersBefore({ ...reset, zone: 'fork' })).toBe(0);
      expect(await rowsRead(world.db, 'build', writersSql(reset))).toBeLessThan(20);
    });
  },
);
