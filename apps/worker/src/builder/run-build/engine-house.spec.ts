import { BuildFailure } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { calm, fork, house, never, nothing, ours, slow, turn } from '../../../spec/engine-house-bench.js';
import { EngineHouse, type Guest } from './engine-house.js';

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
