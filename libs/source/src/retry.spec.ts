import { BuildFailure } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { type RetryNotice, retrying } from './retry.js';

const unavailable = () => new BuildFailure('SourceUnavailable', 'The git host could not be reached.');

describe('retrying', () => {
  it('tries again what passes, and says so', async () => {
    const notices: RetryNotice[] = [];
    let tries = 0;
    const work = async (): Promise<string> => {
      if (++tries < 3) throw unavailable();
      return 'done';
    };
    const options = { delaysMs: [1, 2, 3], withinMs: 1_000, onRetry: (notice: RetryNotice) => notices.push(notice) };
    expect(await retrying(work, options)).toBe('done');
    expect(notices.map(({ failedTry, waitMs }) => [failedTry, waitMs])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('gives up after the last wait, at once for other failures, and never begins a wait beyond the limit', async () => {
    let tries = 0;
    const failing = (error: Error) => () => {
      tries++;
      return Promise.reject(error);
    };
    await expect(retrying(failing(unavailable()), { delaysMs: [1, 1], withinMs: 1_000 })).rejects.toThrow(/reached/);
    expect(tries).toBe(3);
    await expect(
      retrying(failing(new BuildFailure('RefNotFound', 'gone')), { delaysMs: [1], withinMs: 1_000 }),
    ).rejects.toThrow();
    expect(tries).toBe(4);
    await expect(retrying(failing(unavailable()), { delaysMs: [5_000], withinMs: 1_000 })).rejects.toThrow();
    expect(tries).toBe(5);
  });

  it('stops waiting when it is told to', async () => {
    const signal = AbortSignal.timeout(20);
    const work = (): Promise<never> => Promise.reject(unavailable());
    await expect(retrying(work, { delaysMs: [60_000], withinMs: 120_000, signal })).rejects.toThrow(/timeout/);
  });
});
