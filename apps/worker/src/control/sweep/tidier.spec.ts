import { createLogger, createMetrics } from '@cooperage/telemetry';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Tidier } from './tidier.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const tooLong = () => Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });

describe('what can wait', () => {
  let tidier: Tidier | undefined;
  afterEach(() => tidier?.close());

  it('R7-B2 has its turn although what comes before it takes too long, and is not asked for again and again', async () => {
    const metrics = createMetrics({ version: 'v', commit: 'c' });
    const sweeps = { findForgotten: vi.fn().mockRejectedValue(tooLong()), closeForgotten: vi.fn() };
    const processes = { forgetEnded: vi.fn().mockRejectedValue(tooLong()) };
    const tidying = {
      forgetContexts: vi.fn(async (onFailure: (error: unknown, projectId: string) => void) => {
        onFailure(tooLong(), 'project');
        throw tooLong();
      }),
      forgetStepVerdicts: vi.fn(async () => undefined),
    };
    tidier = new Tidier(sweeps, tidying, processes, metrics, logger);
    tidier.start();
    await expect.poll(() => tidying.forgetStepVerdicts.mock.calls.length).toBe(1);
    await expect.poll(() => tidier!.loop.sight()).toMatchObject({ busySlots: 0, due: 0, taken: 1 });
    expect(sweeps.findForgotten).toHaveBeenCalledTimes(1);
    const { body } = await metrics.expose();
    expect(body).toMatch(/sweep_failures_total\{step="contexts"\} 2/);
    expect(body).toMatch(/sweep_failures_total\{step="processes"\} 1/);
  });

  it('V7-L1 ends between projects and begins no other step once the process has to end', async () => {
    const metrics = createMetrics({ version: 'v', commit: 'c' });
    const sweeps = { findForgotten: vi.fn(async () => []), closeForgotten: vi.fn() };
    const processes = { forgetEnded: vi.fn() };
    const tidying = {
      forgetContexts: vi.fn(
        (_onFailure: unknown, signal?: AbortSignal) =>
          new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
      ),
      forgetStepVerdicts: vi.fn(async () => undefined),
    };
    const closing = new Tidier(sweeps, tidying, processes, metrics, logger);
    closing.start();
    await expect.poll(() => tidying.forgetContexts.mock.calls.length).toBe(1);
    await closing.close();
    expect(tidying.forgetStepVerdicts).not.toHaveBeenCalled();
  });
});
