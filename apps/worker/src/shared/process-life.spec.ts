import type { ProcessRepository } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProcessLife } from './process-life.js';

const logger = createLogger({ process: 'test', level: 'silent' });

/** Rows of processes in memory: a heartbeat of one that has ended is refused, as the database does it. */
function rows() {
  let ended = false;
  return {
    start: vi.fn(async () => 'me'),
    heartbeat: vi.fn(async () => !ended),
    end: vi.fn(async () => {
      ended = true;
      return true;
    }),
  };
}

describe('the life of a process', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const lifeOn = (processes: ReturnType<typeof rows>, onDisowned = vi.fn()) => {
    const options = {
      role: 'control',
      name: 'c',
      instanceId: null,
      heartbeatMs: 1_000,
      info: async () => ({}),
    } as const;
    const life = new ProcessLife(processes as unknown as ProcessRepository, logger, { ...options, onDisowned });
    return { life, onDisowned };
  };

  it('is told by heartbeats, and let go of when somebody else has ended it', async () => {
    const processes = rows();
    const { life, onDisowned } = lifeOn(processes);
    await life.start();
    await vi.advanceTimersByTimeAsync(3_500);
    expect(processes.heartbeat).toHaveBeenCalledTimes(3);
    await processes.end();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(onDisowned).toHaveBeenCalledTimes(1);
    await life.close();
  });

  it('ends in order although a heartbeat is under way: its own end is not taken for a judgement', async () => {
    const processes = rows();
    let answer: () => void = () => undefined;
    processes.heartbeat.mockImplementationOnce(async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return processes.end.mock.calls.length === 0;
    });
    const { life, onDisowned } = lifeOn(processes);
    await life.start();
    await vi.advanceTimersByTimeAsync(1_000);
    const closing = life.close();
    await vi.advanceTimersByTimeAsync(0);
    answer();
    await closing;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(onDisowned).not.toHaveBeenCalled();
    expect(processes.heartbeat).toHaveBeenCalledTimes(1);
    expect(processes.end).toHaveBeenCalledWith('me', 'exited');
  });
});
