import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MirrorKeeper } from './mirror-keeper.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const project = (id: string) => ({ id, remoteUrl: `https://git.example/${id}.git` });

describe('the keeper of mirrors', () => {
  const tidy = vi.fn(async (_project: { id: string }) => undefined);
  let keeper: MirrorKeeper;
  beforeEach(() => {
    vi.useFakeTimers();
    tidy.mockReset();
    keeper = new MirrorKeeper({ tidy }, logger);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const tidied = () => tidy.mock.calls.map(([{ id }]) => id);

  it('tidies what was used, some time after, and not again soon', async () => {
    for (let use = 0; use < 3; use++) await keeper.using(project('a'), async () => undefined);
    expect(tidied()).toEqual([]);
    await vi.advanceTimersByTimeAsync(31_000);
    expect(tidied()).toEqual(['a']);
    await keeper.using(project('a'), async () => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tidied()).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(600_000);
    await keeper.using(project('a'), async () => undefined);
    await vi.advanceTimersByTimeAsync(31_000);
    expect(tidied()).toEqual(['a', 'a']);
  });

  it('leaves alone what a build still reads from', async () => {
    let end: () => void = () => undefined;
    const long = keeper.using(project('a'), () => new Promise<void>((resolve) => (end = resolve)));
    await keeper.using(project('a'), async () => undefined);
    await vi.advanceTimersByTimeAsync(31_000);
    expect(tidied()).toEqual([]);
    end();
    await long;
    await vi.advanceTimersByTimeAsync(31_000);
    expect(tidied()).toEqual(['a']);
  });

  it('goes on after one that fails, and keeps no credentials', async () => {
    tidy.mockRejectedValueOnce(new Error('disk'));
    const secret = { kind: 'basic', username: 'u', password: 'p' } as const;
    await keeper
      .using({ ...project('a'), credentials: secret }, () => Promise.reject(new Error('build')))
      .catch(() => 0);
    await keeper.using(project('b'), async () => undefined);
    await vi.advanceTimersByTimeAsync(31_000);
    expect(tidied()).toEqual(['a', 'b']);
    expect(tidy.mock.calls[0]![0]).toEqual(project('a'));
    await keeper.close();
  });
});
