import { createLogger } from '@cooperage/telemetry';
import { expect, it, vi } from 'vitest';
import { CheckAnswerer } from './check-answerer.js';

const logger = createLogger({ process: 'test', level: 'silent' });

it('R7-B6 a thousand wakes during a look lead to one more look', async () => {
  const { promise: looked, resolve: release } = Promise.withResolvers<void>();
  const asked = [{ name: 'registry', askId: 'a' } as const];
  const checks = { take: vi.fn(async () => asked.pop() ?? null), answer: vi.fn(async () => true) };
  const look = async () => {
    await looked;
    return { code: 'ok', fact: 'It answers.' } as const;
  };
  const options = { name: 'registry', by: 'control', look, thrownAs: 'unreachable', timeoutMs: 60_000 } as const;
  const answerer = new CheckAnswerer(checks, logger, options);
  for (let wakes = 0; wakes < 1_000; wakes++) answerer.wake();
  await expect.poll(() => checks.take.mock.calls.length).toBe(1);
  for (let wakes = 0; wakes < 1_000; wakes++) answerer.wake();
  release();
  await answerer.close();
  expect(checks.take).toHaveBeenCalledTimes(2);
  expect(checks.answer).toHaveBeenCalledTimes(1);
  answerer.wake();
  await answerer.close();
  expect(checks.take).toHaveBeenCalledTimes(3);
});
