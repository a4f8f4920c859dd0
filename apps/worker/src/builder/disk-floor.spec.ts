import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { BuildFailure } from '@cooperage/domain';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest';
import { diskSpace } from '../shared/disk-space.js';
import { DiskFloor, type DiskUsers } from './disk-floor.js';
import type { EnginePruner } from './engine-pruner.js';
import { patienceOf } from './shortage-patience.js';

const gibibyte = 1024 ** 3;
const logger = createLogger({ process: 'test', level: 'silent' });
const warn = vi.spyOn(logger, 'warn');

describe('R2-N2 the disk of a builder', () => {
  let free: number | Error;
  let total: number;
  let [freeFiles, totalFiles] = [0, 0];
  let stopped: BuildFailure[];
  let largest: BuildFailure[];
  let grows: boolean;
  let suspects: { of: string; leastFall: number; most: number; message: string }[];
  let gone: number[];
  let stopping: boolean;
  let [held, emptied, fails] = [0, 0, false];
  let asked: string[];
  let told: string[];
  let pruner: { look: Mock<EnginePruner['look']>; hasNothingLeft: boolean };
  let floor: DiskFloor;
  beforeEach(() => {
    [free, total, stopped, largest, grows, gone] = [100 * gibibyte, 200 * gibibyte, [], [], true, []];
    [freeFiles, totalFiles, stopping, asked] = [0, 0, false, []];
    [held, emptied, fails, suspects, told] = [1, 0, false, [], []];
    warn.mockClear();
    pruner = { look: vi.fn<EnginePruner['look']>(), hasNothingLeft: false };
    floor = new DiskFloor('/disk', logger, { ask: async (why) => asked.push(why) > 0 }, pruner, async () => {
      if (free instanceof Error) throw free;
      return { freeBytes: free, reservedBytes: 0, totalBytes: total, freeFiles, totalFiles };
    });
    const users: DiskUsers = {
      get isStopping() {
        return stopping;
      },
      get size() {
        return held;
      },
      look: () => undefined,
      noteShortage: (_of, what) => void told.push(what),
      stopLargest: (goneBytes, failure) => {
        gone.push(goneBytes / gibibyte);
        if (grows) largest.push(failure('which fetched and wrote more than others'));
        return grows;
      },
      stopSuspects: (of, leastFall, most, failure) => {
        suspects.push({ of, leastFall: leastFall / gibibyte, most, message: failure('which ran').report().message });
        return held;
      },
      stopAll: (failure) => void stopped.push(failure),
    };
    floor.start(users, async () => {
      emptied++;
      if (fails) throw new Error('away');
    });
  });
  afterEach(() => floor.close());

  it('with room is no reason to end anything, or to take nothing', async () => {
    free = 4 * gibibyte;
    await floor.look();
    expect([largest, stopped, floor.obstacle]).toEqual([[], [], null]);
  });

  it('ends the build that lets it grow where it has less than 4 GiB, keeps the others, and takes no new ones', async () => {
    free = 3.9 * gibibyte;
    await floor.look();
    await floor.look();
    expect(largest.map((failure) => failure.report())).toMatchObject([
      {
        code: 'DiskFull',
        message:
          'The builder ended this build, which fetched and wrote more than others: its disk has 3.9 GiB left, and keeps 4.0 GiB free.',
      },
    ]);
    expect(stopped).toEqual([]);
    expect(floor.obstacle).toBe('It takes no builds: its disk has 3.9 GiB left, and keeps 4.0 GiB free.');
  });

  it('ends another one each time half a gibibyte more has gone, and again in the next shortage', async () => {
    const freeAt = [3.9, 3.5, 3.4, 3, 2.9, 6, 3.9];
    const ended: number[] = [];
    for (const gib of freeAt) {
      free = gib * gibibyte;
      await floor.look();
      ended.push(largest.length);
    }
    expect(ended).toEqual([1, 1, 2, 2, 3, 3, 4]);
    expect(stopped).toEqual([]);
  });

  it.each([
    ['the one that lets it grow', [3.9, 3.6, 3.3]],
    ['all of them', [1.9, 1.6, 1.3]],
  ])('R9-C1 has the engine ended where it shrinks on although %s is to end', async (_what, freeAt) => {
    const askedAt: number[] = [];
    for (const gib of freeAt) {
      free = gib * gibibyte;
      await floor.look();
      askedAt.push(asked.length);
      stopping = true;
    }
    expect(askedAt).toEqual([0, 0, 1]);
    // It has gone since, and another one is not there yet.
    for (let looks = 0; looks < 3; looks++) await floor.look();
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(/^it goes on for a build that was stopped, and its disk has (?:1\.3|3\.3) GiB left/);
  });

  it('V9A-M1 keeps the engine at the beginning of a shortage, whatever was stopped before', async () => {
    stopping = true;
    grows = false;
    for (const gib of [3.9, 3.9, 3.5]) {
      free = gib * gibibyte;
      await floor.look();
    }
    expect(asked).toEqual([]);
    free = 3.3 * gibibyte;
    await floor.look();
    expect(asked).toHaveLength(1);
  });

  it('R10-C1 has the engine emptied while it is short and no build is there that would do so', async () => {
    const emptiedAt: number[] = [];
    for (const [gib, builds] of [
      [5, 0],
      [3.9, 1],
      [3.9, 0],
      [4.5, 1],
      [4.5, 0],
      [6, 0],
    ] as const) {
      [free, held] = [gib * gibibyte, builds];
      await floor.look();
      emptiedAt.push(emptied);
    }
    expect(emptiedAt).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('V9A-L6 tries that again at each twentieth look, and says once for a shortage that it fails', async () => {
    const look = async (gib: number, times: number) => {
      free = gib * gibibyte;
      for (let looks = 0; looks < times; looks++) await floor.look();
      return [emptied, warn.mock.calls.length];
    };
    held = 0;
    fails = true;
    expect(await look(3.9, 20)).toEqual([1, 1]);
    expect(await look(3.9, 20)).toEqual([2, 1]);
    expect(await look(6, 1)).toEqual([2, 1]);
    expect(await look(3.9, 1)).toEqual([3, 2]);
    expect(warn.mock.calls[0]![1]).toBe('the engine that nobody uses cannot be emptied');
  });

  it('R9-C1 keeps the engine where what was stopped has ended, whoever fills the disk', async () => {
    for (const gib of [3.9, 3.3, 2.7, 1.9, 1.3]) {
      free = gib * gibibyte;
      await floor.look();
    }
    expect(asked).toEqual([]);
  });

  it('R6-A8 says how much has gone since it had most, within the last looks', async () => {
    for (const gib of [90, 100, 5, 3.5]) {
      free = gib * gibibyte;
      await floor.look();
    }
    expect(gone[0]).toBe(96.5);
    for (let looks = 0; looks < 20; looks++) await floor.look();
    free = 3 * gibibyte;
    await floor.look();
    expect(gone.at(-1)).toBe(0.5);
  });

  it('asks at each look while none is known to let it grow', async () => {
    [free, grows] = [3.9 * gibibyte, false];
    await floor.look();
    grows = true;
    await floor.look();
    expect(largest).toHaveLength(1);
  });

  it('ends all builds where that has not helped and half of the floor is gone, and says so', async () => {
    free = 1.9 * gibibyte;
    await floor.look();
    await floor.look();
    expect(stopped.length).toBeGreaterThanOrEqual(2);
    expect(stopped[0]!.report()).toMatchObject({
      code: 'DiskFull',
      message: 'The builder ended its builds: its disk has 1.9 GiB left, and keeps 4.0 GiB free.',
    });
    expect(largest).toEqual([]);
  });

  describe('R22B-4 where it stays short and none is known to let it grow', () => {
    const look = async (times: number, gib: number) => {
      for (let looks = 0; looks < times; looks++) {
        free = gib * gibibyte;
        await floor.look();
      }
      return suspects.length;
    };
    beforeEach(() => {
      grows = false;
    });

    it('ends one after ten seconds that may have done so, and after ten more the next one, and says why', async () => {
      await look(1, 60);
      expect(await look(20, 3)).toBe(0);
      expect(await look(1, 3)).toBe(1);
      expect(await look(19, 3)).toBe(1);
      expect(await look(1, 3)).toBe(2);
      expect(suspects[0]).toEqual({
        ...{ of: 'bytes', leastFall: 0.5, most: 1 },
        message: 'The builder ended this build, which ran: its disk has 3.0 GiB left, and keeps 4.0 GiB free.',
      });
      expect(stopped).toEqual([]);
    });

    it('ends all after a minute since whose begin anything has gone', async () => {
      await look(120, 3);
      expect(suspects.every(({ most }) => most === 1)).toBe(true);
      await look(1, 3);
      expect(suspects.at(-1)).toMatchObject({ most: Number.POSITIVE_INFINITY, leastFall: 1 / gibibyte });
    });

    it('counts on above the floor while it takes no builds', async () => {
      await look(1, 3);
      await look(1, 4.9);
      expect(await look(20, 4.9)).toBe(1);
    });

    it('waits while it recovers, and not for who gives back and takes again', async () => {
      await look(21, 2.2);
      expect(suspects).toHaveLength(1);
      for (const gib of [2.7, 3.2, 3.7]) expect(await look(20, gib)).toBe(1);
      for (let times = 0; times < 10; times++) {
        await look(1, 3);
        await look(1, 3.7);
      }
      expect(suspects.length).toBe(2);
    });

    it('R23B-2 gives no more time to who takes the disk and gives it back, again and again', async () => {
      for (let times = 0; times < 5; times++) {
        await look(4, 3);
        await look(59, 60);
      }
      expect(suspects).toEqual([]);
      expect(told).toEqual(Array(5).fill('begins'));
      expect(await look(1, 3)).toBe(1);
      await look(60, 60);
      expect(told.at(-1)).toBe('is over');
      expect(await look(20, 3)).toBe(1);
    });

    describe('R24A-1 where one gives back bit by bit', () => {
      const steps = [2.4, 2.9, 3.4, 3.9, 4.4];

      it('is ended after forty seconds, though it gives an eighth of the floor back each nine seconds', async () => {
        for (const gib of steps.slice(0, 4)) expect(await look(19, gib)).toBe(0);
        expect(await look(3, steps[4]!)).toBe(0);
        expect(await look(1, steps[4]!)).toBe(1);
        expect(suspects[0]).toMatchObject({ leastFall: 0.5, most: 1 });
      });

      it('pays for what was short look by look, with two each, after half a minute', async () => {
        for (const gib of steps.slice(0, 4)) await look(19, gib);
        await look(1, steps[4]!);
        await look(60, 60);
        expect(told).toEqual(['begins']);
        // 76 of 77 are left, and are enough with these four.
        expect(await look(3, 3)).toBe(0);
        expect(await look(1, 3)).toBe(1);
        await look(60, 60);
        expect(told.at(-1)).toBe('is over');
      });

      it('forgets once that is paid', async () => {
        for (const gib of steps.slice(0, 4)) await look(19, gib);
        await look(60 + 2 * 75 - 1, 60);
        expect(told).toEqual(['begins']);
        await look(1, 60);
        expect(told).toEqual(['begins', 'is over']);
        expect(await look(20, 3)).toBe(0);
        expect(await look(1, 3)).toBe(1);
      });

      it('counts bytes and inodes together, where one is given back while the other is taken', async () => {
        totalFiles = 12_000_000;
        for (let times = 0; times < 2; times++) {
          freeFiles = 10_000_000;
          expect(await look(5, 3)).toBe(0);
          freeFiles = 500_000;
          expect(await look(5, 60)).toBe(0);
        }
        expect(await look(1, 60)).toBe(1);
        expect(suspects[0]!.of).toBe('files');
      });

      it('ends one at a time where both are short', async () => {
        [freeFiles, totalFiles] = [500_000, 12_000_000];
        expect(await look(21, 3)).toBe(1);
        expect(await look(20, 3)).toBe(2);
      });
    });

    it('lets the trusted pool go on for longer, since the disk may be that of strangers too', async () => {
      expect(patienceOf('trusted')).toEqual({ untilOne: 40, untilOneAtMost: 160, untilAll: 240 });
    });

    it('ends builds later in the next shortage where all had ended in vain', async () => {
      await look(121, 3);
      held = 0;
      await look(120, 3);
      await look(60, 60);
      [held, suspects] = [1, []];
      expect(await look(21, 3)).toBe(0);
      expect(await look(20, 3)).toBe(1);
      await look(60, 60);
      suspects = [];
      // That one helped.
      expect(await look(21, 3)).toBe(1);
      await look(100, 3);
      held = 0;
      await look(20, 3);
      await look(60, 60);
      [held, suspects] = [1, []];
      // The engine had to delete for a while.
      expect(await look(21, 3)).toBe(1);
    });
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

  it('lets the cache of the engine give way with each look, and says where that has nothing left', async () => {
    await floor.look();
    pruner.look.mockClear();
    await floor.look();
    free = 3.9 * gibibyte;
    await floor.look();
    expect(pruner.look.mock.calls.map(([space, short]) => [space.freeBytes / gibibyte, short.length])).toEqual([
      [100, 0],
      [3.9, 1],
    ]);
    const short = 'It takes no builds: its disk has 3.9 GiB left, and keeps 4.0 GiB free.';
    expect(floor.obstacle).toBe(short);
    pruner.hasNothingLeft = true;
    expect(floor.obstacle).toBe(
      `${short} The engine has no cache on it that could be removed: something else fills it.`,
    );
  });

  it('has no floor where it does not say how full it is', async () => {
    free = new Error('no such call');
    await floor.look();
    expect([stopped, floor.obstacle]).toEqual([[], null]);
  });

  describe('R8-C3 where the file system has a number of inodes', () => {
    beforeEach(() => {
      [freeFiles, totalFiles] = [10_000_000, 12_000_000];
    });

    it('is asked for it as for its bytes', async () => {
      const { blocks, bsize, files } = await statfs(tmpdir());
      expect(await diskSpace(tmpdir())).toMatchObject({ totalBytes: blocks * bsize, freeFiles: expect.any(Number) });
      // Some file systems make inodes as they need them.
      expect((await diskSpace(tmpdir())).totalFiles > 0).toBe(files > 0);
    });

    it('with room for both is no reason to end anything', async () => {
      freeFiles = 600_000;
      await floor.look();
      expect([largest, stopped, floor.obstacle]).toEqual([[], [], null]);
    });

    it('ends a build where few inodes are left though bytes are, and says which of the two it lacks', async () => {
      freeFiles = 599_999;
      await floor.look();
      await floor.look();
      const short = 'its disk has 599,999 inodes left for files and folders, and keeps 600,000 free.';
      expect(largest.map((failure) => failure.report())).toMatchObject([
        {
          code: 'DiskFull',
          message: `The builder ended this build, which fetched and wrote more than others: ${short}`,
        },
      ]);
      expect(stopped).toEqual([]);
      expect(floor.obstacle).toBe(`It takes no builds: ${short}`);
      freeFiles = 749_999;
      await floor.look();
      expect(floor.obstacle).not.toBeNull();
      freeFiles = 750_000;
      await floor.look();
      expect(floor.obstacle).toBeNull();
    });

    it('counts what has gone as a look at a step counts names', async () => {
      await floor.look();
      freeFiles = 500_000;
      await floor.look();
      expect(gone).toEqual([(9_500_000 * 4_096) / gibibyte]);
    });

    it('ends all builds where half of the floor is gone', async () => {
      freeFiles = 299_999;
      await floor.look();
      expect(stopped.map((failure) => failure.report().message)).toEqual([
        'The builder ended its builds: its disk has 299,999 inodes left for files and folders, and keeps 600,000 free.',
      ]);
    });

    it('looks at bytes and at inodes each by itself, and names both where both are short', async () => {
      [free, freeFiles] = [3 * gibibyte, 700_000];
      await floor.look();
      expect([largest.length, floor.obstacle]).toEqual([1, expect.not.stringContaining('inodes')]);
      freeFiles = 500_000;
      await floor.look();
      expect([largest.length, floor.obstacle]).toEqual([
        2,
        'It takes no builds: its disk has 3.0 GiB left, and keeps 4.0 GiB free; it has 500,000 inodes left for files and folders, and keeps 600,000 free.',
      ]);
    });

    it('keeps no more than a million free, however large the disk is', async () => {
      [freeFiles, totalFiles] = [1_100_000, 200_000_000];
      await floor.look();
      expect(floor.obstacle).toBeNull();
      freeFiles = 1_000_000;
      await floor.look();
      expect(floor.obstacle).toContain('keeps 1,048,576 free');
    });
  });
});
