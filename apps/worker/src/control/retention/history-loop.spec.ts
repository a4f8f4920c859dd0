import { createLogger } from '@cooperage/telemetry';
import { expect, it, vi } from 'vitest';
import { historyLoop } from './history-loop.js';

const logger = createLogger({ process: 'test', level: 'silent' });

it('R7-B forgets old history until nothing is left, and then waits', async () => {
  const deleteHistory = vi.fn().mockResolvedValue(false).mockResolvedValueOnce(true).mockResolvedValueOnce(true);
  const loop = historyLoop({ deleteHistory }, logger);
  loop.start();
  await expect.poll(() => deleteHistory).toHaveBeenCalledTimes(3);
  await expect.poll(() => loop.sight().busySlots).toBe(0);
  await loop.close();
  expect(deleteHistory).toHaveBeenCalledTimes(3);
});

it('R7-B ends after one statement where the process ends', async () => {
  const deleteHistory = vi.fn().mockResolvedValue(true);
  const loop = historyLoop({ deleteHistory }, logger);
  loop.start();
  await loop.close();
  expect(deleteHistory).toHaveBeenCalledTimes(1);
});
