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
  const probe: DiskProbe = {
    folders: (pid) => {
      asked.push(`folders of ${pid}`);
      return [
        { path: '/layer', isLayer: true },
        { path: '/mounted', isLayer: false },
      ];
    },
    nameless: () => 0,
    use: async () => new Map(Object.entries(looks[Math.min(look++, looks.length - 1)] ?? {})),
  };
  const group = { processes: () => [7] } as unknown as GroupLease;
  return { watch: new DiskWatch(group, limitBytes, probe), asked, looked: () => look };
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
