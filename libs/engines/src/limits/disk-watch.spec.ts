import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { GroupLease } from '../cgroup/step-groups.js';
import { type DiskProbe, DiskWatch } from './disk-watch.js';
import { mostEntries } from './look.js';
import type { WrittenFolder } from './mounts.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

/** A disk of which each look gives the next sizes. */
function watchOver(looks: readonly Readonly<Record<string, number>>[], limitBytes = 100) {
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
  const group = { processes: () => pids } as unknown as GroupLease;
  return { watch: new DiskWatch(group, limitBytes, probe), probe, walked, looked: () => look, ends: () => (pids = []) };
}

async function pass(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await vi.advanceTimersToNextTimerAsync();
    await vi.waitFor(() => Promise.resolve());
  }
}

describe('the watch over what steps write', () => {
  it('R2-N2 tells what they have written so far', async () => {
    const told: number[] = [];
    const group = { processes: () => [7] } as unknown as GroupLease;
    const { probe } = watchOver([{ '/layer': 60 }, { '/layer': 90 }]);
    const watch = new DiskWatch(group, 100, probe, (bytes) => told.push(bytes));
    await vi.waitFor(async () => {
      await pass(1);
      expect(told.length).toBeGreaterThan(0);
    });
    expect([60, 90]).toContain(told[0]);
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
