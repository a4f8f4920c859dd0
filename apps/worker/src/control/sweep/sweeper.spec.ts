import type { LostAttempt, ProcessRepository, SweepRepository } from '@cooperage/db';
import type { ChunkStore, LiveBus } from '@cooperage/logs/ports';
import { createLogger, createMetrics } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { longestEngineWaitMs } from '../../shared/engine-wait.js';
import { SetAside } from './set-aside.js';
import { Sweeper } from './sweeper.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const lost = (attemptId: string): LostAttempt => ({ attemptId, buildId: 'b', number: 1, cause: 'exited' });

const tooLong = () => Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });

function parts() {
  const sweeps = {
    endBuilderTransactions: vi.fn(async () => 0),
    findLost: vi.fn(async (_except: readonly string[]): Promise<LostAttempt[]> => []),
    findOverdue: vi.fn(async (): Promise<never[]> => []),
    findUnsealedLogs: vi.fn(async (): Promise<never[]> => []),
    promiseAgain: vi.fn(async (_after: string | null) => ({ buildIds: [] as string[], after: null as string | null })),
    closeLost: vi.fn(async (_lost: LostAttempt) => ({ ok: false, reason: 'stale' })),
  };
  const processes = { endSilent: vi.fn(async () => []) };
  return { sweeps, processes };
}

/** What a row holds can make a statement fail, and no real one does once the database guards its values. */
describe('the sweeper', () => {
  let made: ReturnType<typeof parts>;
  let sweeper: Sweeper;
  const metrics = createMetrics({ version: 'v', commit: 'c' });

  beforeEach(() => {
    made = parts();
    sweeper = sweeperWith(1);
  });
  const sweeperWith = (leaseMs: number) =>
    new Sweeper(
      made.sweeps as unknown as SweepRepository,
      made.processes as unknown as ProcessRepository,
      {} as ChunkStore,
      {} as LiveBus,
      { leaseMs, maxAttempts: 3 },
      metrics,
      logger,
    );
  afterEach(() => sweeper.close());

  it('R2-H4 goes on with all other steps when one fails, and is not patient for it', async () => {
    const { sweeps, processes } = made;
    const broken = async () => Promise.reject(new Error('timestamp out of range'));
    for (const step of [sweeps.endBuilderTransactions, sweeps.findLost, sweeps.findOverdue])
      step.mockImplementation(broken);
    sweeper.start();
    await expect.poll(() => sweeps.findUnsealedLogs.mock.calls.length).toBeGreaterThan(0);
    await expect.poll(() => processes.endSilent.mock.calls.length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect((await metrics.expose()).body).toMatch(/sweep_failures_total\{step="overdue"\} [1-9]/);
  });

  it('R7-B2 recovers lost builds while a statement of another step takes too long each time', async () => {
    const { sweeps, processes } = made;
    for (const step of [sweeps.findOverdue, sweeps.findUnsealedLogs]) step.mockRejectedValue(tooLong());
    sweeps.findLost.mockResolvedValue([{ ...lost('silent'), cause: 'lease' }]);
    // Longer than the sweeper waits between two runs: patience of each run would never end.
    sweeper = sweeperWith(1_500);
    sweeper.start();
    await expect.poll(() => sweeps.closeLost.mock.calls[0]?.[0].attemptId, { timeout: 10_000 }).toBe('silent');
    expect(processes.endSilent).toHaveBeenCalled();
  });

  it('R7-B2 ends other lost builds when the statements of one take too long', async () => {
    const { sweeps } = made;
    sweeps.findLost.mockImplementation(async (except) =>
      ['slow', 'other'].filter((id) => !except.includes(id)).map((id) => lost(id)),
    );
    sweeps.closeLost.mockImplementation(async ({ attemptId }) => {
      if (attemptId === 'slow') throw tooLong();
      return { ok: false, reason: 'stale' };
    });
    sweeper.start();
    const closed = () => sweeps.closeLost.mock.calls.map(([{ attemptId }]) => attemptId);
    await expect.poll(closed, { timeout: 10_000 }).toContain('other');
  });

  it('R4-F2 adds to the time of an attempt what its builder lets it wait for the engine', async () => {
    const { sweeps } = made;
    sweeper.start();
    await expect.poll(() => sweeps.findOverdue.mock.calls.length).toBeGreaterThan(0);
    expect(sweeps.findOverdue).toHaveBeenCalledWith(expect.any(Number), [], longestEngineWaitMs);
  });

  it('R22D-4 walks over builds that run, part by part, and counts those that it had to promise again', async () => {
    const { sweeps } = made;
    sweeps.promiseAgain.mockResolvedValueOnce({ buildIds: ['a', 'b'], after: 'b' });
    sweeper.start();
    await expect.poll(() => sweeps.promiseAgain.mock.calls.length, { timeout: 10_000 }).toBeGreaterThan(2);
    expect(sweeps.promiseAgain.mock.calls.slice(0, 3).map(([after]) => after)).toEqual([null, 'b', null]);
    expect((await metrics.expose()).body).toMatch(/publications_promised_again_total 2/);
  });

  it('R2-H4 ends the sweep when the database is away', async () => {
    const { sweeps } = made;
    sweeps.findLost.mockRejectedValueOnce(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    sweeper.start();
    await expect.poll(() => sweeper.loop.sight().taken > 0 && sweeper.loop.sight().busySlots === 0).toBe(true);
    expect(sweeps.findOverdue).not.toHaveBeenCalled();
  });

  it('R2-H4 leaves out what could not be ended, so that others are found', async () => {
    const { sweeps } = made;
    sweeps.findLost.mockImplementation(async (except) => (except.includes('stuck') ? [] : [lost('stuck')]));
    sweeper.start();
    await expect.poll(() => sweeps.findLost.mock.calls.at(-1)?.[0], { timeout: 10_000 }).toEqual(['stuck']);
    expect(sweeps.closeLost).toHaveBeenCalledTimes(1);
  });
});

describe('what could not be ended', () => {
  it('R2-H4 is left out for longer each time, and forgotten when it is not found again', () => {
    let now = 0;
    const aside = new SetAside(() => now);
    aside.add('a');
    now = 1_999;
    expect(aside.ids()).toEqual(['a']);
    now = 2_000;
    expect(aside.ids()).toEqual([]);
    aside.add('a');
    now = 5_999;
    expect(aside.ids()).toEqual(['a']);
    now = 10_000_000;
    expect(aside.ids()).toEqual([]);
    aside.add('a');
    now += 2_000;
    expect(aside.ids()).toEqual([]);
    aside.add('b');
    aside.remove('b');
    expect(aside.ids()).toEqual([]);
  });
});
