import type { DiskRoom, DiskSpace } from '@cooperage/domain';
import type { Engine } from '@cooperage/engines';
import { createLogger } from '@cooperage/telemetry';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EnginePruner, pruneGoal } from './engine-pruner.js';

const gibibyte = 1024 ** 3;
const room = (of: DiskRoom['of']): DiskRoom => ({ of, free: 0, floor: 1, bytesOfOne: 1 });
const disk = (freeGib: number, change: Partial<DiskSpace> = {}): DiskSpace => ({
  ...{ freeBytes: freeGib * gibibyte, reservedBytes: 0, totalBytes: 200 * gibibyte, freeFiles: 0, totalFiles: 0 },
  ...change,
});

describe('the cache of an engine', () => {
  it('gives way below twice the floor, and up to that', () => {
    expect(pruneGoal(disk(8), [])).toBeNull();
    expect(pruneGoal(disk(7.9), [])).toEqual({ minFreeBytes: 8 * gibibyte });
    expect(pruneGoal(disk(3), [room('bytes')])).toEqual({ minFreeBytes: 8 * gibibyte });
    expect(pruneGoal(disk(1.9, { totalBytes: 20 * gibibyte }), [])).toEqual({ minFreeBytes: 2 * gibibyte });
  });

  it('leaves that free beside what the file system keeps for root, which an engine counts as free', () => {
    expect(pruneGoal(disk(7.9, { reservedBytes: 10 * gibibyte }), [])).toEqual({ minFreeBytes: 18 * gibibyte });
  });

  it('goes as a whole where inodes are short', () => {
    expect(pruneGoal(disk(100), [room('files')])).toEqual({ minFreeBytes: null });
    expect(pruneGoal(disk(3), [room('bytes'), room('files')])).toEqual({ minFreeBytes: null });
  });

  describe('as it is pruned', () => {
    const logger = createLogger({ process: 'test', level: 'silent' });
    const [info, warn] = [vi.spyOn(logger, 'info'), vi.spyOn(logger, 'warn')];
    const prune = vi.fn<NonNullable<Engine['prune']>>();
    let now: number;
    let pruner: EnginePruner;
    beforeEach(() => {
      for (const mock of [info, warn, prune]) mock.mockReset();
      prune.mockResolvedValue({ records: 2, bytes: 3 * gibibyte });
      now = 1_000_000;
      pruner = new EnginePruner({ prune }, logger, () => now);
    });

    /** One look, and what it has led to. */
    async function look(freeGib: number): Promise<number> {
      pruner.look(disk(freeGib), []);
      await Promise.allSettled(prune.mock.results.map(({ value }) => value));
      return prune.mock.calls.length;
    }

    it('is so once a minute at most, and each time says in one line what was removed', async () => {
      expect(await look(9)).toBe(0);
      expect(await look(7)).toBe(1);
      now += 59_000;
      expect(await look(3)).toBe(1);
      now += 1_000;
      expect(await look(3)).toBe(2);
      expect(info.mock.calls).toEqual(
        Array(2).fill([{ records: 2, bytes: 3 * gibibyte }, expect.stringContaining('removed cache')]),
      );
      expect(pruner.hasNothingLeft).toBe(false);
    });

    it('has never two tries at a time', async () => {
      const { promise, resolve } = Promise.withResolvers<{ records: number; bytes: number }>();
      prune.mockReturnValueOnce(promise);
      pruner.look(disk(3), []);
      now += 300_000;
      pruner.look(disk(3), []);
      expect(prune).toHaveBeenCalledTimes(1);
      // The minute begins when it has ended.
      resolve({ records: 0, bytes: 0 });
      await expect.poll(() => pruner.hasNothingLeft).toBe(true);
      expect(await look(3)).toBe(1);
    });

    it('is known to have nothing left until something goes, or the disk has room', async () => {
      prune.mockResolvedValue({ records: 0, bytes: 0 });
      await look(3);
      now += 60_000;
      await look(3);
      expect([pruner.hasNothingLeft, warn.mock.calls.length, info.mock.calls.length]).toEqual([true, 1, 0]);
      prune.mockResolvedValueOnce({ records: 1, bytes: 1 });
      now += 60_000;
      await look(3);
      expect(pruner.hasNothingLeft).toBe(false);
      now += 60_000;
      await look(3);
      expect(pruner.hasNothingLeft).toBe(true);
      await look(9);
      expect(pruner.hasNothingLeft).toBe(false);
    });

    it('that cannot be pruned is said so once for a shortage, and tried again', async () => {
      prune.mockRejectedValue(new Error('away'));
      for (let tries = 0; tries < 2; tries++, now += 60_000) await look(3);
      expect([prune.mock.calls.length, warn.mock.calls.length, pruner.hasNothingLeft]).toEqual([2, 1, false]);
      await look(9);
      await look(3);
      expect(warn).toHaveBeenCalledTimes(2);
    });

    it('stays where an engine does not prune', () => {
      const without = new EnginePruner({}, logger, () => now);
      without.look(disk(3), []);
      expect([without.hasNothingLeft, warn.mock.calls.length]).toEqual([false, 0]);
    });
  });
});
