import { createLogger } from '@cooperage/telemetry';
import { expect, it } from 'vitest';
import { retentionLoop } from './retention-loop.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const defaults = { buildDays: 1, logDays: 1, deliveryDays: 1, graceDays: 1 };
const steps = ['enqueueDue', 'staged', 'scheduleOlder'] as const;

it.each(steps.slice(0, -1))('R14B-1 runs all steps of retention when %s fails', async (failing) => {
  const taken: string[] = [];
  const step = (name: (typeof steps)[number]) => async () => {
    taken.push(name);
    if (name === failing) throw new Error('statement timeout');
    return 0;
  };
  const schedule = { enqueueDue: async () => void (await step('enqueueDue')()), scheduleOlder: step('scheduleOlder') };
  const loop = retentionLoop({ schedule, staged: { schedule: step('staged') }, defaults, logger });
  loop.start();
  await loop.close();
  expect(taken).toEqual(steps);
});
