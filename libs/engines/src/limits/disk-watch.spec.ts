import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GroupLease } from '../cgroup/step-groups.js';
import { type DiskProbe, DiskWatch } from './disk-watch.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

/** A disk of which each look gives the next sizes. */
function watchOver(looks: readonly Readonly<Record<string, number>>[], limitBytes = 100) {
  let look = 0;
  const asked: string[] = [];
  const walked: string[][] = [];
  let pids = [7];
  const probe: DiskProbe = {
    folders: (pid) => {
      asked.push(`folders of ${pid}`);
      return [
        { path: '/layer', isLayer: true },
        { path: '/mounted', isLayer: false },
      ];
    },
    nameless: () => 0,
    use: async (folders) => {
      walked.push([...folders]);
      return new Map(Object.entries(looks[Math.min(look++, looks.length - 1)] ?? {}));
    },
  };
  const group = { processes: () => pids } as unknown as GroupLease;
  return { watch: new DiskWatch(group, limitBytes, probe), asked, walked, looked: () => look, ends: () => (pids = []) };
}

async function pass(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await vi.advanceTimersToNextTimerAsync();
    await vi.waitFor(() => Promise.resolve());
  }
}

describe('the watch over what steps write', () => {
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
    const late = watchOver([{ '/layer': 60 }, { '/layer': 101 }]);
    await pass(1);
    late.ends();
    await pass(1);
    expect(late.watch.failure?.code).toBe('DiskLimit');
  });

  it('reads the mounts of a process once, and looks no more after its end', async () => {
    const { watch, asked, looked } = watchOver([{ '/layer': 1 }]);
    await pass(3);
    expect(asked).toEqual(['folders of 7']);
    watch.stop();
    vi.useRealTimers();
    await delay(5);
    expect(looked()).toBe(3);
  });
});
