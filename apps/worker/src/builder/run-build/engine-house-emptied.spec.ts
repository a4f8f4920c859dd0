import { BuildFailure } from '@cooperage/domain';
import { EngineInUse } from '@cooperage/engines';
import { describe, expect, it } from 'vitest';
import { calm, house, never, nothing, ours, slow, turn } from '../../../spec/engine-house-bench.js';
import { EngineHouse, type Guest } from './engine-house.js';

describe('R9-C2 an engine that goes on with what nobody waits for', () => {
  it('is started again before the next build begins, where it cannot be emptied', async () => {
    const order: string[] = [];
    let inUse = true;
    const wipe = async () => {
      order.push('wipe');
      if (inUse) throw new EngineInUse();
    };
    const ask = async (why: string) => {
      order.push(why);
      return true;
    };
    const another = async () => {
      if (order.length > 1) inUse = false;
    };
    const own = new EngineHouse({ wipe }, 'strangers', { ...calm, ask, another });
    await own.build(ours, never, async () => void order.push('build'));
    expect(order).toEqual(['wipe', 'it cannot be emptied', 'wipe', 'build']);
  });

  it('fails the build where nobody can start it again, or it is away for another reason', async () => {
    const asked: string[] = [];
    const ask = async (why: string) => asked.push(why) < 0;
    for (const [error, times] of [
      [new EngineInUse(), 1],
      [new BuildFailure('EngineUnavailable', 'away'), 0],
    ] as const) {
      const wipe = () => Promise.reject(error);
      const own = new EngineHouse({ wipe }, 'strangers', { ...calm, ask });
      await expect(own.build(ours, never, nothing)).rejects.toBe(error);
      expect(asked.splice(0)).toHaveLength(times);
    }
  });

  it('R10-C2 costs nobody an attempt where it was ended while it was emptied', async () => {
    const end = { ...calm, isEnding: false };
    let wiped = 0;
    const wipe = async () => {
      wiped++;
      end.isEnding = wiped === 1;
      if (end.isEnding) throw new BuildFailure('EngineUnavailable', 'The builder could not be emptied.');
    };
    const own = new EngineHouse({ wipe }, 'strangers', end);
    await own.build(ours, never, nothing);
    expect(wiped).toBe(2);
    end.isEnding = true;
    const stuck = new EngineHouse({ wipe: () => Promise.reject(new EngineInUse()) }, 'strangers', {
      ...end,
      ask: async () => true,
    });
    await expect(stuck.build(ours, never, nothing)).rejects.toBeInstanceOf(EngineInUse);
  });

  it('R10-C1 is emptied before its guest leaves, also where that had it ended', async () => {
    const end = { ...calm, isEnding: true };
    const order: string[] = [];
    let files = 0;
    const wipe = async () => {
      order.push('wipe');
      if (order.length === 3) throw new BuildFailure('EngineUnavailable', 'away');
    };
    const own = new EngineHouse({ wipe }, 'strangers', end, undefined, async () => files);
    const work = async () => {
      order.push('build');
      files = 3_000_000;
      throw new BuildFailure('DiskFull', 'The disk is full.');
    };
    await expect(own.build(ours, never, work)).rejects.toMatchObject({ code: 'DiskFull' });
    expect(order).toEqual(['wipe', 'build', 'wipe', 'wipe']);
  });

  it('R10-C1 is emptied for nobody where nobody is in or waits, and only once', async () => {
    const { build, own, seen } = house('strangers');
    await Promise.all([own.emptyUnused(), own.emptyUnused()]);
    await own.emptyUnused();
    expect(seen.wiped).toBe(1);
    const first = slow();
    const building = build(ours, first.work);
    await turn();
    const emptying = own.emptyUnused();
    const next = build({ ...ours, id: '9' });
    first.end();
    await Promise.all([building, emptying, next]);
    // Who waits does so itself, where it has to.
    expect(seen.wiped).toBe(2);
    await own.emptyUnused();
    expect(seen.wiped).toBe(3);
    await build({ ...ours, id: '10' });
    expect(seen.wiped).toBe(4);
    const trusted = house('trusted');
    await trusted.own.emptyUnused();
    expect(trusted.seen.wiped).toBe(0);
  });

  it.each(['trusted', 'strangers'] as const)('keeps builds and exports of the lane %s waiting', async (lane) => {
    const again = slow();
    const own = new EngineHouse({ wipe: nothing }, lane, { ...calm, another: again.work });
    let runs = 0;
    const work = async () => void runs++;
    const all = [own.build(ours, never, work), own.afterwards(ours, never, work)];
    await turn();
    expect(runs).toBe(0);
    again.end();
    await Promise.all(all);
    expect(runs).toBe(2);
  });
});

describe('R8-C3 an engine that is left with many files', () => {
  /** The disk counts a million files for each of these that a build leaves. */
  function counting(leaves: Record<string, number>) {
    const seen = { files: 1_000_000, wiped: [] as number[], said: [] as number[] };
    const wipe = async () => {
      seen.wiped.push(seen.files / 1_000_000);
      seen.files = 1_000_000;
    };
    const own = new EngineHouse({ wipe }, 'strangers', calm, undefined, async () => seen.files);
    const work = (guest: Guest) => async () => {
      seen.files += leaves[guest.id]! * 1_000_000;
    };
    const build = (guest: Guest) => own.build(guest, never, work(guest), (files) => void seen.said.push(files));
    const exports = (guest: Guest) => own.afterwards(guest, never, work(guest));
    return { build, exports, seen, own };
  }

  it('is emptied in the turn of the guest that left them, and not in that of the next organization', async () => {
    const { build, seen } = counting({ 1: 16, 9: 1 });
    await build(ours);
    expect(seen).toEqual({ files: 1_000_000, wiped: [1, 17], said: [16_000_000] });
    await build({ ...ours, id: '9', organizationId: 'b' });
    expect(seen.wiped).toEqual([1, 17, 1]);
  });

  it('is emptied after a build that fails, and after an export', async () => {
    const { build, exports, seen, own } = counting({ 1: 3, 2: 0 });
    await build({ ...ours, id: '2' });
    await exports(ours);
    expect(seen.wiped).toEqual([1, 4]);
    const failing = own.build(ours, never, async () => {
      seen.files += 5_000_000;
      throw new Error('exit code 1');
    });
    await expect(failing).rejects.toThrow('exit code 1');
    expect(seen.wiped).toEqual([1, 4, 6]);
  });

  it('is emptied when several builds of an organization have left them together, less what the engine has deleted', async () => {
    const { build, seen } = counting({ 1: 1.5, 2: -1, 3: 1 });
    for (const id of ['1', '2', '3']) await build({ ...ours, id });
    expect(seen.wiped).toEqual([1]);
    await build(ours);
    expect(seen.wiped).toEqual([1, 4]);
  });

  it('keeps the results of a build that left few, and of each where the disk does not say', async () => {
    const { build, seen } = counting({ 1: 1.9 });
    await build(ours);
    expect(seen.wiped.length).toBe(1);
    const { build: onOther, seen: other } = house('strangers');
    await onOther(ours);
    await onOther(ours);
    expect(other.wiped).toBe(1);
  });

  it.each(['cancel', 'timeout'])(
    'V9A-L4 is waited for by the guest that left them, stopped by %s, until the builder is to end',
    async (cause) => {
      const [wait, work] = [slow(), slow()];
      let [files, wiped] = [1, 0];
      const wipe = async () => {
        if (wiped++ > 0) await wait.work();
      };
      const [stop, ending] = [new AbortController(), new AbortController()];
      const usedFiles = async () => files;
      const own = new EngineHouse({ wipe }, 'strangers', calm, undefined, usedFiles, undefined, ending.signal);
      let isOver = false;
      const build = own.build(ours, stop.signal, work.work).finally(() => {
        isOver = true;
      });
      await turn();
      files = 3_000_000;
      stop.abort(cause);
      work.end();
      await turn();
      await turn();
      expect([wiped, isOver]).toEqual([2, false]);
      ending.abort('shutdown');
      await build;
      wait.end();
    },
  );

  it('lets a guest go that is canceled while the engine is emptied for it, and the next one in only afterwards', async () => {
    const wait = slow();
    const own = new EngineHouse({ wipe: wait.work }, 'strangers', calm);
    const stop = new AbortController();
    const order: string[] = [];
    const canceled = own.build(ours, stop.signal, nothing);
    const next = own.build({ ...ours, id: '4' }, never, async () => void order.push('next'));
    await turn();
    stop.abort(new Error('canceled'));
    await expect(canceled).rejects.toThrow('canceled');
    await turn();
    order.push('emptied');
    wait.end();
    await next;
    expect(order).toEqual(['emptied', 'next']);
  });

  it('ends a build as that has ended where it cannot be emptied, and tells the next guest', async () => {
    let isAway = false;
    const wipe = async () => {
      if (isAway) throw new BuildFailure('EngineUnavailable', 'away');
    };
    let files = 1;
    const own = new EngineHouse({ wipe }, 'strangers', calm, undefined, async () => files);
    const left = own.build(ours, never, async () => {
      isAway = true;
      files = 3_000_000;
      return 'built';
    });
    expect(await left).toBe('built');
    await expect(own.build(ours, never, nothing)).rejects.toMatchObject({ message: 'away' });
  });
});
