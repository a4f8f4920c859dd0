import type { BuildFailure } from '@cooperage/domain';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskFloor } from './disk-floor.js';

const gibibyte = 1024 ** 3;
const logger = createLogger({ process: 'test', level: 'silent' });

describe('R2-N2 the disk of a builder', () => {
  let free: number | Error;
  let total: number;
  let stopped: BuildFailure[];
  let floor: DiskFloor;
  beforeEach(() => {
    [free, total, stopped] = [100 * gibibyte, 200 * gibibyte, []];
    floor = new DiskFloor('/disk', logger, async () => {
      if (free instanceof Error) throw free;
      return { freeBytes: free, totalBytes: total };
    });
    floor.start((failure) => stopped.push(failure));
  });
  afterEach(() => floor.close());

  it('with room is no reason to end anything, or to take nothing', async () => {
    free = 4 * gibibyte;
    await floor.look();
    expect([stopped, floor.obstacle]).toEqual([[], null]);
  });

  it('ends all builds and takes no new ones where it has less than 4 GiB, and says so', async () => {
    free = 3.9 * gibibyte;
    await floor.look();
    await floor.look();
    expect(stopped.length).toBeGreaterThanOrEqual(2);
    expect(stopped[0]!.report()).toMatchObject({
      code: 'DiskFull',
      message: 'The builder ended its builds: its disk has 3.9 GiB left, and keeps 4.0 GiB free.',
    });
    expect(floor.obstacle).toBe('It takes no builds: its disk has 3.9 GiB left, and keeps 4.0 GiB free.');
  });

  it('takes builds again when there is a quarter more', async () => {
    free = 3 * gibibyte;
    await floor.look();
    free = 4.9 * gibibyte;
    await floor.look();
    expect(floor.obstacle).not.toBeNull();
    free = 5 * gibibyte;
    await floor.look();
    expect(floor.obstacle).toBeNull();
  });

  it('keeps a twentieth free where it is small', async () => {
    [free, total] = [1.1 * gibibyte, 20 * gibibyte];
    await floor.look();
    expect(floor.obstacle).toBeNull();
    free = 0.9 * gibibyte;
    await floor.look();
    expect(floor.obstacle).toContain('keeps 1.0 GiB free');
  });

  it('has no floor where it does not say how full it is', async () => {
    free = new Error('no such call');
    await floor.look();
    expect([stopped, floor.obstacle]).toEqual([[], null]);
  });
});
