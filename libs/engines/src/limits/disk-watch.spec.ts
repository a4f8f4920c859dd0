import { setTimeout as delay } from 'node:timers/promises';
import { BuildFailure } from '@cooperage/domain';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { WrittenBytes } from '../build-request.js';
import type { GroupLease } from '../cgroup/step-groups.js';
import type { EngineEvent, StepState } from '../engine.js';
import { type DiskProbe, DiskWatch } from './disk-watch.js';
import { mostEntries } from './look.js';
import type { WrittenFolder } from './mounts.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

/** A disk of which each look gives the next sizes. */
function watchOver(looks: readonly Readonly<Record<string, number>>[], limitBytes = 100) {
  const { probe, ...rest } = probeOf(looks);
  const group = { processes: rest.pids } as unknown as GroupLease;
  return { watch: new DiskWatch(group, limitBytes, probe), probe, ...rest };
}

function probeOf(looks: readonly Readonly<Record<string, number>>[]) {
  let look = 0;
  const walked: string[][] = [];
  let pids = [7];
  const probe: DiskProbe = {
    folders: async (asked) =>
      new Map<string, WrittenFolder>(
        asked.flatMap(() => [
          ['/layer', { path: '/layer', isLayer: true }],
          ['/mounted', { path: '/mounted', isLayer: false }],
        ]),
      ),
    nameless: async () => 0,
    use: async (folders) => {
      walked.push([...folders]);
      return new Map(Object.entries(looks[Math.min(look++, looks.length - 1)] ?? {}));
    },
  };
  return { probe, walked, looked: () => look, pids: () => pids, ends: () => (pids = []) };
}

async function pass(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await vi.advanceTimersToNextTimerAsync();
    await vi.waitFor(() => Promise.resolve());
  }
}

describe('the watch over what steps write', () => {
  it('R2-N2 tells what they have written so far', async () => {
    const noted: WrittenBytes[] = [];
    const group = { processes: () => [7] } as unknown as GroupLease;
    const { probe } = watchOver([{ '/layer': 60 }, { '/layer': 90 }]);
    const watch = new DiskWatch(group, 100, probe, (bytes) => noted.push(bytes));
    await vi.waitFor(async () => {
      await pass(1);
      expect(noted.length).toBeGreaterThan(0);
    });
    expect([60, 90]).toContain(noted[0]);
    watch.stop();
  });

  it('ends a build whose layer grows past its limit, with the reason', async () => {
    const { watch } = watchOver([{ '/layer': 60 }, { '/layer': 101 }]);
    await pass(1);
    expect(watch.failure).toBeNull();
    await pass(1);
    expect(watch.failure).toMatchObject({ code: 'DiskLimit' });
    expect(watch.signal.reason).toBe(watch.failure);
  });

  it('does not count what lay in a cache mount before, and counts what was added, even when it is deleted again', async () => {
    const { watch } = watchOver([
      { '/layer': 10, '/mounted': 5_000 },
      { '/layer': 10, '/mounted': 5_080 },
      { '/layer': 10, '/mounted': 5_000 },
      { '/layer': 21, '/mounted': 5_000 },
    ]);
    await pass(3);
    expect(watch.failure).toBeNull();
    await pass(1);
    expect(watch.failure?.code).toBe('DiskLimit');
  });

  it('looks once more at what an ended step wrote, and then leaves it: it counts on', async () => {
    const { watch, walked, ends } = watchOver([{ '/layer': 60 }, { '/layer': 99 }, {}, { '/other': 0 }]);
    await pass(1);
    ends();
    await pass(3);
    expect(walked).toEqual([['/layer', '/mounted'], ['/layer', '/mounted'], [], []]);
    expect(watch.failure).toBeNull();
    watch.stop();
    const late = watchOver([{ '/layer': 60 }, { '/layer': 101 }]);
    await pass(1);
    late.ends();
    await pass(1);
    expect(late.watch.failure?.code).toBe('DiskLimit');
  });

  it('looks no more after its end', async () => {
    const { watch, looked } = watchOver([{ '/layer': 1 }]);
    await pass(3);
    watch.stop();
    vi.useRealTimers();
    await delay(5);
    expect(looked()).toBe(3);
  });

  it('R2-N3 goes on after a look that failed, and says so once', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warned.mockRestore());
    const { watch, probe } = watchOver([{ '/layer': 101 }]);
    const { use } = probe;
    probe.use = () => Promise.reject(new Error('spawn E2BIG'));
    await pass(2);
    expect(watch.failure).toBeNull();
    expect(warned.mock.calls).toEqual([['A look at what a build writes to the disk failed: Error: spawn E2BIG']]);
    probe.use = use;
    await pass(1);
    expect(watch.failure?.code).toBe('DiskLimit');
  });

  describe('R6-A8 where a look does not end', () => {
    /** A watch whose looks end when the test says so. */
    function waiting() {
      const held: boolean[] = [];
      const noted: WrittenBytes[] = [];
      const { probe } = probeOf([]);
      let answer = Promise.withResolvers<Map<string, number>>();
      probe.use = () => answer.promise;
      const group = { processes: () => [7], hold: (_by: string, wanted: boolean) => held.push(wanted) };
      const watch = new DiskWatch(group as unknown as GroupLease, 100, probe, (bytes) => noted.push(bytes));
      const end = async (bytes: number) => {
        answer.resolve(new Map([['/layer', bytes]]));
        answer = Promise.withResolvers();
        await vi.advanceTimersByTimeAsync(0);
      };
      return { watch, held, noted, end };
    }

    it('holds the steps while it is overdue, and says that nobody knows what they write', async () => {
      const { watch, held, noted, end } = waiting();
      await vi.advanceTimersByTimeAsync(500 + 4_900);
      expect([held, noted]).toEqual([[], []]);
      await vi.advanceTimersByTimeAsync(200);
      expect([held, noted]).toEqual([[true], [null]]);
      await end(60);
      expect([held, noted]).toEqual([
        [true, false],
        [null, 60],
      ]);
      watch.stop();
    });

    it('holds no build that is being stopped', async () => {
      const { watch, held } = waiting();
      await vi.advanceTimersByTimeAsync(6_000);
      watch.stop();
      expect(held).toEqual([true, false]);
      const other = waiting();
      await vi.advanceTimersByTimeAsync(600);
      other.watch.stop();
      await vi.advanceTimersByTimeAsync(6_000);
      expect(other.held).toEqual([]);
    });

    it('looks again within ten seconds after a long look', async () => {
      const { watch, noted, end } = waiting();
      const clock = vi.spyOn(performance, 'now');
      onTestFinished(() => clock.mockRestore());
      clock.mockReturnValue(0);
      await vi.advanceTimersByTimeAsync(600);
      clock.mockReturnValue(50_000);
      await end(60);
      await vi.advanceTimersByTimeAsync(10_000);
      await end(70);
      expect(noted).toEqual([60, 70]);
      watch.stop();
    });

    it('ends the build where the look says that it never will, and says of one that failed that nobody knows', async () => {
      const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      onTestFinished(() => warned.mockRestore());
      const noted: WrittenBytes[] = [];
      const { probe } = probeOf([]);
      const group = { processes: () => [7] } as unknown as GroupLease;
      const watch = new DiskWatch(group, 100, probe, (bytes) => noted.push(bytes));
      probe.use = () => Promise.reject(new Error('spawn EAGAIN'));
      await pass(1);
      expect([noted, watch.failure]).toEqual([[null], null]);
      probe.use = () => Promise.reject(new BuildFailure('DiskLimit', 'Too many names.'));
      await pass(1);
      expect(watch.failure?.code).toBe('DiskLimit');
    });
  });

  it('R22B-3 says that nobody knows what they write where a process hides it, and ends them by what is known', async () => {
    const noted: WrittenBytes[] = [];
    const { probe } = probeOf([{ '/layer': 60 }, { '/layer': 101 }]);
    const group = { processes: () => [7] } as unknown as GroupLease;
    const watch = new DiskWatch(group, 100, { ...probe, isBlind: true }, (bytes) => noted.push(bytes));
    while (!watch.failure) await pass(1);
    expect([noted, watch.failure.code]).toEqual([['hidden', 'hidden'], 'DiskLimit']);
  });

  describe('R22B-4 where no process of a step is seen, as in Docker Compose', () => {
    const step = (name: string, change: Partial<StepState> = {}): EngineEvent => ({
      type: 'step',
      step: {
        ...{ id: name, name, ordinal: 1, stage: null, platform: null, inputs: [], fetches: null, internal: false },
        ...{ startedAt: new Date(), completedAt: null, cached: false, error: null, progressGroup: null },
        ...change,
      } as StepState,
    });
    /** What is told at each look, of a build whose processes are seen or not. */
    async function told(pids: number[], events: readonly EngineEvent[], looks = 3) {
      const noted: WrittenBytes[] = [];
      const { probe } = probeOf([{}]);
      const watch = new DiskWatch({ processes: () => pids } as unknown as GroupLease, 100, probe, (b) => noted.push(b));
      for (const event of events) watch.note(event);
      // One timer is one look, but what a look does has to be waited for.
      while (noted.length < looks) await pass(1);
      watch.stop();
      return noted.slice(0, looks);
    }

    it('says that nobody knows what it writes, once its runtime has had the time to start it', async () => {
      expect(await told([], [step('[build 2/3] RUN fallocate -l 50G /x')])).toEqual([0, 'hidden', 'hidden']);
    });

    it.each([
      ['a process is seen', [7], [step('[2/3] RUN make')]],
      ['no step runs', [], []],
      ['the engine copies', [], [step('[2/3] COPY RUN /')]],
      ['the step has ended', [], [step('[2/3] RUN make'), step('[2/3] RUN make', { completedAt: new Date() })]],
      ['its result was there', [], [step('[2/3] RUN make', { cached: true })]],
    ] as const)('knows it where %s', async (_what, pids, events) => {
      expect(await told([...pids], events)).toEqual([0, 0, 0]);
    });
  });

  it('R2-N3 ends a build that has too much to look at, with the reason', async () => {
    const { watch, probe } = watchOver([{}]);
    probe.nameless = async (_pids, look) => {
      await look.take(mostEntries + 1);
      return 0;
    };
    await pass(1);
    expect(watch.failure).toMatchObject({
      code: 'DiskLimit',
      message: expect.stringContaining('more than 262,144'),
    });
  });
});
