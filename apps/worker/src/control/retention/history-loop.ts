import { setTimeout as pause } from 'node:timers/promises';
import type { RetentionSchedule } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../../shared/wake-loop.js';

/** How often old history is looked for. */
const lookMs = 10 * 60_000;
/** Between two statements, and at least as long as the last one took: half of the time is for others. */
const restMs = 100;

/**
 * Forgets finished deletions that are old: one statement in a run, and the next run at once where more are left. So it keeps up with
 * whatever is deleted, and a process that ends waits for one statement.
 */
export function historyLoop(schedule: Pick<RetentionSchedule, 'deleteHistory'>, logger: Logger): WakeLoop {
  const loop: WakeLoop = new WakeLoop('retention history', lookMs, logger, async () => {
    const beganAt = performance.now();
    if (!(await schedule.deleteHistory())) return;
    await pause(Math.max(restMs, performance.now() - beganAt));
    loop.wake();
  });
  return loop;
}
