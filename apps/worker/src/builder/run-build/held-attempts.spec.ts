import type { AttemptRepository, ClaimedAttempt } from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DiskFloor } from '../disk-floor.js';
import type { DiskGrowth } from '../disk-growth.js';
import { HeldAttempts } from './held-attempts.js';

const gibibyte = 1024 ** 3;

const attempt = { attemptId: 'a', build: { limits: { timeoutMs: 60_000 } } } as unknown as ClaimedAttempt;
const logger = createLogger({ process: 'test', level: 'silent' });

/** Work that ends when it is told to, with the cause that it was told. */
function untilStopped(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
}

describe('held attempts', () => {
  let held: HeldAttempts;
  beforeEach(() => {
    vi.useFakeTimers();
    held = new HeldAttempts({} as AttemptRepository, () => 'me', 15_000, logger);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are stopped at the end of the process only after their grace', async () => {
    const work = held.while(attempt, untilStopped);
    held.drain(10_000);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(held.size).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await work).toBe('shutdown');
    expect(held.size).toBe(0);
  });

  it('V9A-L4 say that the process ends also to one that was stopped before', async () => {
    const work = held.while(attempt, untilStopped);
    held.stopAll('cancel');
    held.drain(10_000);
    await vi.advanceTimersByTimeAsync(9_999);
    expect([await work, held.ending.aborted]).toEqual(['cancel', false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(held.ending.aborted).toBe(true);
  });

  it('R2-N2 are stopped one by one, the one first that let the disk grow most lately', async () => {
    const failure = new BuildFailure('DiskFull', 'The disk is full.');
    const whys: string[] = [];
    const failed = (why: string) => {
      whys.push(why);
      return failure;
    };
    const progress = (current: number) =>
      ({ type: 'progress', stepId: 's', id: 'sha256:1', name: '', current, total: null, done: false }) as const;
    const growths: DiskGrowth[] = [];
    const ended: string[] = [];
    const works = ['long-ago', 'fetches', 'writes', 'idle'].map((attemptId) =>
      held.while({ ...attempt, attemptId }, async (signal, growth) => {
        growths.push(growth);
        await untilStopped(signal);
        ended.push(attemptId);
      }),
    );
    const [longAgo, fetches, writes] = growths;
    longAgo!.note(progress(9 * gibibyte));
    for (let looks = 0; looks < 30; looks++) held.look();
    fetches!.note(progress(2 * gibibyte));
    fetches!.note(progress(2 * gibibyte));
    writes!.noteWritten(gibibyte);
    expect(held.stopLargest(5 * gibibyte, failed)).toBe(true);
    await works[1];
    expect(held.stopLargest(5 * gibibyte, failed)).toBe(true);
    await works[2];
    expect([ended, new Set(whys)]).toEqual([
      ['fetches', 'writes'],
      new Set(['which fetched and wrote more than others']),
    ]);
    expect(held.stopLargest(5 * gibibyte, failed)).toBe(false);
    held.stopAll(failure);
    await Promise.all(works);
  });

  it('R9-C1 say whether one was stopped that has not ended', async () => {
    const end = Promise.withResolvers<void>();
    let grown: DiskGrowth | undefined;
    const work = held.while(attempt, (_signal, growth) => {
      grown = growth;
      return end.promise;
    });
    grown!.noteWritten(64 * 2 ** 20);
    expect(held.isStopping).toBe(false);
    held.stopAll('shutdown');
    expect(held.isStopping).toBe(true);
    // V9A-M1: one that lets nothing grow, as at its git fetch, is no reason to end an engine.
    for (let looks = 0; looks < 30; looks++) held.look();
    expect(held.isStopping).toBe(false);
    grown!.noteWritten(null);
    expect(held.isStopping).toBe(true);
    end.resolve();
    await work;
    expect(held.isStopping).toBe(false);
  });

  describe('R6-A8 where more has gone from the disk than is known of', () => {
    const failed = (why: string) => new BuildFailure('DiskFull', why);
    const blind = 'of which nobody can see how much it fetches and writes';
    const most = 'which fetched and wrote more than others';
    const step = {
      ...{ id: 'add', name: '[2/2] ADD https://example.com/x /x', ordinal: 1, stage: null, platform: null, inputs: [] },
      ...{ startedAt: new Date(), completedAt: null, cached: false, error: null, internal: false, progressGroup: null },
      fetches: 'address' as const,
    };
    /** Two builds, of which `writes` is known to have grown. @returns what each ended by */
    const ends = async (goneBytes: number, other: (growth: DiskGrowth) => void) => {
      const causes: Record<string, string> = {};
      const works = ['writes', 'other'].map((attemptId) =>
        held.while({ ...attempt, attemptId }, async (signal, growth) => {
          if (attemptId === 'writes') growth.noteWritten(64 * 2 ** 20);
          else other(growth);
          const cause = await untilStopped(signal);
          causes[attemptId] ??= cause instanceof BuildFailure ? cause.message : 'not ended';
        }),
      );
      held.stopLargest(goneBytes, failed);
      held.stopAll('shutdown');
      await Promise.all(works);
      return causes;
    };

    it('the one that fetches by ADD ends before one that is known to have grown a little', async () => {
      const add = (growth: DiskGrowth) => growth.note({ type: 'step', step });
      expect(await ends(4 * gibibyte, add)).toEqual({ writes: 'not ended', other: blind });
    });

    it.each(['[2/2] COPY a.tar /', '[build 3/9] ADD a.tar /'])('R9-C1 so does the one that is at %s', async (name) => {
      const { fetches: _, ...local } = step;
      const copies = (growth: DiskGrowth) => growth.note({ type: 'step', step: { ...local, name } });
      expect(await ends(4 * gibibyte, copies)).toEqual({ writes: 'not ended', other: blind });
      const runs = (growth: DiskGrowth) => growth.note({ type: 'step', step: { ...local, name: `RUN echo ${name}` } });
      expect(await ends(4 * gibibyte, runs)).toEqual({ writes: 'not ended', other: 'not ended' });
    });

    it('V9A-M4 so does the one that unpacks a layer, until that is there', async () => {
      const image = {
        ...step,
        id: 'from',
        name: '[1/2] FROM x/bomb',
        fetches: 'image' as const,
        completedAt: new Date(),
      };
      const layer = {
        type: 'progress',
        stepId: 'from',
        id: 'extracting sha256:1',
        name: 'extract',
        total: null,
      } as const;
      const unpacks = (growth: DiskGrowth) => {
        growth.note({ type: 'step', step: image });
        growth.note({ ...layer, current: 0, done: false });
      };
      expect(await ends(4 * gibibyte, unpacks)).toEqual({ writes: 'not ended', other: blind });
      const unpacked = (growth: DiskGrowth) => {
        unpacks(growth);
        growth.note({ ...layer, current: 0, done: true });
      };
      expect(await ends(4 * gibibyte, unpacked)).toEqual({ writes: 'not ended', other: 'not ended' });
      const runs = (growth: DiskGrowth) => {
        unpacks(growth);
        const { fetches: _, ...run } = { ...step, id: 'run', name: '[2/2] RUN true', inputs: ['from'] };
        growth.note({ type: 'step', step: run });
      };
      expect(await ends(4 * gibibyte, runs)).toEqual({ writes: 'not ended', other: 'not ended' });
    });

    it('the one whose look is overdue ends before it', async () => {
      const overdue = (growth: DiskGrowth) => growth.noteWritten(null);
      expect(await ends(4 * gibibyte, overdue)).toEqual({ writes: 'not ended', other: blind });
    });

    it('the one that is known to have grown ends where that explains it, and none where the other can be seen again', async () => {
      const add = (growth: DiskGrowth) => growth.note({ type: 'step', step });
      expect(await ends(128 * 2 ** 20, add)).toEqual({ writes: most, other: 'not ended' });
      const added = (growth: DiskGrowth) => {
        add(growth);
        growth.note({ type: 'step', step: { ...step, completedAt: new Date() } });
        growth.noteWritten(null);
        growth.noteWritten(0);
      };
      // Somebody else has it: a builder beside this one, with an engine of its own.
      expect(await ends(4 * gibibyte, added)).toEqual({ writes: 'not ended', other: 'not ended' });
    });
  });

  describe('R22B-4 while a step holds the disk between the floor and its half', () => {
    const silent = { ask: async () => true };
    const keepsNothing = { look() {}, hasNothingLeft: false };
    const step = {
      ...{ id: 's', ordinal: 1, stage: null, platform: null, inputs: [], startedAt: new Date(), completedAt: null },
      ...{ cached: false, error: null, internal: false, progressGroup: null },
    };
    /** @returns in which order they ended, and what each was told */
    async function ends(builds: Readonly<Record<string, (growth: DiskGrowth) => void>>, freeAt: readonly number[]) {
      const told: [string, string][] = [];
      for (const [attemptId, begin] of Object.entries(builds))
        void held.while({ ...attempt, attemptId }, async (signal, growth) => {
          begin(growth);
          told.push([attemptId, String((await untilStopped(signal)) as BuildFailure)]);
        });
      let free = freeAt[0]!;
      const space = async () => ({
        ...{ totalBytes: 100 * gibibyte, freeBytes: free * gibibyte, reservedBytes: 0, totalFiles: 0, freeFiles: 0 },
      });
      const floor = new DiskFloor('/', logger, silent, keepsNothing, space);
      floor.start(held);
      await floor.close();
      for (free of freeAt) await floor.look();
      const result = { told: [...told], left: held.size };
      held.stopAll('shutdown');
      return result;
    }
    /** It takes what leaves 3 GiB, and gives nothing back as long as it runs. */
    const short = [60, 60, ...Array.from({ length: 200 }, () => 3)];

    it('it is ended where no process of it is seen, and so is who may have done it in its place', async () => {
      const hostile = (growth: DiskGrowth) => growth.noteWritten('hidden');
      const copies = (growth: DiskGrowth) => growth.note({ type: 'step', step: { ...step, name: '[2/3] COPY . .' } });
      const { told, left } = await ends({ hostile, runs: () => {}, copies }, short);
      expect(told.map(([name]) => name)).toEqual(['copies', 'hostile', 'runs']);
      expect(left).toBe(0);
      for (const [, message] of told) expect(message).toContain('its disk has 3.0 GiB left, and keeps 4.0 GiB free.');
    });

    it('it is ended where all that is seen of it is nothing', async () => {
      const { told, left } = await ends({ hostile: (growth) => growth.noteWritten(0) }, short);
      expect([told.map(([name]) => name), left]).toEqual([['hostile'], 0]);
    });

    it('nobody is ended where the disk has lost nothing since the builds began', async () => {
      const { told, left } = await ends({ honest: (growth) => growth.noteWritten('hidden') }, short.slice(2));
      expect([told, left]).toEqual([[], 1]);
    });

    it('those that go on are left alone where the disk recovers', async () => {
      const hostile = (growth: DiskGrowth) => growth.noteWritten(null);
      const { told, left } = await ends({ honest: () => {}, hostile }, [
        60,
        3,
        ...Array.from({ length: 200 }, () => 60),
      ]);
      expect([told.map(([name]) => name), left]).toEqual([['hostile'], 1]);
    });
  });

  it('A3 are held no more when their slot is over: what hangs is not kept alive by heartbeats', async () => {
    const stop = new AbortController();
    const allowed: number[] = [];
    const slot = { signal: stop.signal, allow: (limitMs: number) => void allowed.push(limitMs) };
    const signals: AbortSignal[] = [];
    void held.while(attempt, (signal) => new Promise(() => void signals.push(signal)), slot);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(signals[0]?.reason).toBe('timeout');
    expect(allowed.at(-1)).toBe(60_000 + 15 * 60_000);
    expect(held.size).toBe(1);
    stop.abort();
    expect(held.size).toBe(0);
  });

  it('V9A-L5 hold their slot beyond their time limit for as long as the engine may take to be emptied', async () => {
    const allowed: number[] = [];
    const slot = { signal: new AbortController().signal, allow: (limitMs: number) => void allowed.push(limitMs) };
    void held.while(attempt, () => new Promise(() => {}), slot);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(allowed.at(-1)).toBe(60_000 + 15 * 60_000);
    await vi.advanceTimersByTimeAsync(60_000);
    const goOn = held.waits('a');
    expect(allowed.at(-1)).toBe(120_000 + 30 * 60_000);
    goOn();
    // Its clock is over, and does not cut that short.
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    expect(allowed.at(-1)).toBe(120_000 + 30 * 60_000);
  });

  it('are stopped at their time limit', async () => {
    const work = held.while(attempt, untilStopped);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await work).toBe('timeout');
  });

  it('R3-A6 have all of their time left after they have waited for the engine', async () => {
    const work = held.while(attempt, untilStopped);
    await vi.advanceTimersByTimeAsync(20_000);
    const goOn = held.waits('a');
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    goOn();
    goOn();
    await vi.advanceTimersByTimeAsync(39_999);
    expect(held.size).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await work).toBe('timeout');
    // Its clock has ended with it.
    goOn();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('end also where the engine never becomes free', async () => {
    const work = held.while(attempt, untilStopped);
    held.waits('a');
    await vi.advanceTimersByTimeAsync(15 * 60_000 + 60_000);
    expect(await work).toBe('timeout');
  });
});
