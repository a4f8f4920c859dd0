import { BuildFailure } from '@cooperage/domain';
import { EngineInUse } from '@cooperage/engines';
import { describe, expect, it } from 'vitest';
import { EngineHouse, type Guest } from './engine-house.js';

const ours: Guest = { id: '1', organizationId: 'a', zone: 'protected' };
const fork: Guest = { id: '2', organizationId: 'a', zone: 'fork' };
const never = new AbortController().signal;
const nothing = async () => {};
/** Of an engine that ends what it should. */
const calm = { enter: () => () => {}, ask: async () => false, another: nothing, isEnding: false };

function house(lane: 'trusted' | 'strangers', wipe: () => Promise<void> = nothing) {
  const seen = { wiped: 0 };
  const engine = {
    wipe: async () => {
      seen.wiped++;
      await wipe();
    },
  };
  const own = new EngineHouse(engine, lane, calm, undefined, undefined, 0);
  const build = (guest: Guest, work: () => Promise<void> = nothing, signal = never) => own.build(guest, signal, work);
  const exports = (guest: Guest, work: (signal: AbortSignal) => Promise<void> = nothing) =>
    own.afterwards(guest, never, work);
  return { build, exports, own, seen };
}

const turn = () => new Promise((done) => setImmediate(done));

/** Work that ends when it is told to. */
function slow() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, end: resolve };
}

describe('the engine of a builder for strangers', () => {
  it('is emptied before anybody’s first build, and before each one of a fork, the same one too', async () => {
    const { build, seen } = house('strangers');
    await build(fork);
    await build(fork);
    await build({ ...fork, id: '3' });
    expect(seen.wiped).toBe(3);
    await build(ours);
    await build({ ...ours, id: '4' });
    expect(seen.wiped).toBe(4);
  });

  it('is emptied between organizations, and between the zones of one', async () => {
    const { build, seen } = house('strangers');
    for (const guest of [ours, { ...ours, organizationId: 'b' }, ours, { ...ours, zone: 'branch' as const }, ours])
      await build(guest);
    expect(seen.wiped).toBe(5);
  });

  it('counts as unknown after it could not be emptied', async () => {
    let away = true;
    const { build, seen } = house('strangers', async () => {
      if (away) throw new BuildFailure('EngineUnavailable', 'away');
    });
    await expect(build(ours)).rejects.toMatchObject({ code: 'EngineUnavailable' });
    away = false;
    await build(ours);
    expect(seen.wiped).toBe(2);
  });

  it('takes nobody where it cannot be emptied', async () => {
    const own = new EngineHouse({}, 'strangers', calm);
    for (const guest of [fork, ours])
      await expect(own.build(guest, never, nothing)).rejects.toMatchObject({ code: 'PolicyRefused' });
  });

  it('has one guest at a time, builds and exports, in the order in which they came', async () => {
    const { build, exports, seen } = house('strangers');
    const [first, second] = [slow(), slow()];
    const order: string[] = [];
    const building = build(fork, async () => {
      order.push('fork');
      await first.work();
      order.push('fork ends');
    });
    const exporting = exports(fork, async () => {
      order.push('its export');
      await second.work();
      order.push('its export ends');
    });
    const next = build(ours, async () => void order.push('ours'));
    await new Promise((done) => setImmediate(done));
    expect(order).toEqual(['fork']);
    first.end();
    await building;
    await new Promise((done) => setImmediate(done));
    expect([...order, seen.wiped]).toEqual(['fork', 'fork ends', 'its export', 1]);
    second.end();
    await Promise.all([exporting, next]);
    expect([...order.slice(3), seen.wiped]).toEqual(['its export ends', 'ours', 2]);
  });

  it('lets nobody in before their time when one gives up waiting, and goes on when one fails', async () => {
    const { build, seen } = house('strangers');
    const [first, stop] = [slow(), new AbortController()];
    const building = build(fork, first.work);
    const givingUp = build(ours, nothing, stop.signal);
    const next = build(ours, async () => Promise.reject(new Error('broken')));
    const last = build(ours);
    stop.abort(new Error('canceled'));
    await expect(givingUp).rejects.toThrow('canceled');
    expect(seen.wiped).toBe(1);
    first.end();
    await building;
    await expect(next).rejects.toThrow('broken');
    await last;
    expect(seen.wiped).toBe(2);
  });

  it('leaves a fork’s cache only while its results are there, and makes those of others anew, alone', async () => {
    const { build, exports, seen } = house('strangers');
    await expect(exports(fork)).rejects.toMatchObject({ code: 'EngineUnavailable' });
    await build(fork);
    await exports(fork);
    expect(seen.wiped).toBe(1);
    await build(ours);
    await expect(exports(fork)).rejects.toMatchObject({ code: 'EngineUnavailable' });
    await exports(ours);
    expect(seen.wiped).toBe(2);
    await build({ ...fork, id: '3' });
    await expect(exports(fork)).rejects.toMatchObject({ code: 'EngineUnavailable' });
    // Not from what the fork has left there.
    await exports(ours);
    expect(seen.wiped).toBe(4);
  });

  const other: Guest = { ...ours, id: '9', organizationId: 'b' };

  it('R3-A6 is not emptied for the export of an organization after the build of another, whose next build finds it as it was', async () => {
    const { build, exports, seen } = house('strangers');
    await build(ours);
    await build(other);
    await expect(exports(ours)).rejects.toMatchObject({
      code: 'EngineUnavailable',
      message: expect.stringContaining('inside of the image'),
    });
    await build(other);
    expect(seen.wiped).toBe(2);
  });

  it('R3-A6 is given up by an export soon after a build of another organization has come', async () => {
    const { build, exports } = house('strangers');
    await build(ours);
    const stopped = (signal: AbortSignal) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const exporting = exports(ours, stopped);
    await turn();
    const [own, next] = [slow(), build(other)];
    await expect(exporting).rejects.toMatchObject({ message: expect.stringContaining('another organization needed') });
    await next;
    // Builds of its own organization wait for it.
    const [export2, ownBuild] = [exports(other, own.work), build({ ...other, id: '10' })];
    await turn();
    own.end();
    await Promise.all([export2, ownBuild]);
  });

  it('R3-A6 is not entered by exports while a build of another organization waits', async () => {
    const { build, exports, seen } = house('strangers');
    const first = slow();
    const building = build(ours, first.work);
    const before = exports(ours, async () => Promise.reject(new Error('must not run')));
    const next = build(other);
    first.end();
    await building;
    await expect(before).rejects.toMatchObject({ code: 'EngineUnavailable' });
    await next;
    expect(seen.wiped).toBe(2);
  });

  it.each(['it is emptied for it', 'its network is looked at'])(
    'R4-F3 is not entered by an export where a build of another organization comes while %s',
    async (moment) => {
      const wait = slow();
      const [wipe, look] = moment === 'it is emptied for it' ? [wait.work, nothing] : [nothing, wait.work];
      const own = new EngineHouse({ wipe }, 'strangers', calm, () => look().then(() => null), undefined, 0);
      const exporting = own.afterwards(ours, never, async () => Promise.reject(new Error('must not run')));
      await turn();
      const next = own.build(other, never, nothing);
      wait.end();
      await expect(exporting).rejects.toMatchObject({
        message: expect.stringContaining('another organization needed'),
      });
      await next;
    },
  );

  it('R3-A6 is exported from again once the one that waited has given up', async () => {
    const { build, exports } = house('strangers');
    const [first, stop] = [slow(), new AbortController()];
    const building = build(ours, first.work);
    const givingUp = build(other, nothing, stop.signal);
    stop.abort(new Error('canceled'));
    await expect(givingUp).rejects.toThrow('canceled');
    first.end();
    await building;
    await exports(ours);
  });
});

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

  it.each([
    ['waits', 'cancel'],
    ['waits', 'timeout'],
    ['does not wait', 'shutdown'],
  ])('%s until it is emptied where the guest that left them was stopped by %s', async (waits, cause) => {
    const [wait, work] = [slow(), slow()];
    let [files, wiped] = [1, 0];
    const wipe = async () => {
      if (wiped++ > 0) await wait.work();
    };
    const own = new EngineHouse({ wipe }, 'strangers', calm, undefined, async () => files);
    const stop = new AbortController();
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
    expect([wiped, isOver]).toEqual([2, waits === 'does not wait']);
    wait.end();
    await build;
  });

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

describe('the engine of a builder for trusted builds', () => {
  it('takes no fork, is never emptied, and lets all of them in at once', async () => {
    const { build, exports, seen } = house('trusted');
    await expect(build(fork)).rejects.toMatchObject({ code: 'PolicyRefused' });
    const first = slow();
    const building = build(ours, first.work);
    await build(ours);
    await exports(ours);
    first.end();
    await building;
    expect(seen.wiped).toBe(0);
  });
});

describe('an engine whose network rules are missing', () => {
  it.each(['trusted', 'strangers'] as const)(
    'R-C2 S-039 S-040 starts neither a build nor an export in the lane %s, after whatever wait, and does again later',
    async (lane) => {
      let obstacle: string | null = 'The network rules are missing.';
      const own = new EngineHouse({ wipe: nothing }, lane, calm, async () => obstacle);
      let runs = 0;
      const work = async () => void runs++;
      const unavailable = { code: 'EngineUnavailable', message: 'The network rules are missing.' };
      await expect(own.build(ours, never, work)).rejects.toMatchObject(unavailable);
      await expect(own.afterwards(ours, never, work)).rejects.toMatchObject(unavailable);
      expect(runs).toBe(0);
      obstacle = null;
      await own.build(ours, never, work);
      expect(runs).toBe(1);
    },
  );
});
