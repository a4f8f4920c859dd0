import type { OutboxRepository } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../../shared/wake-loop.js';
import type { LookAtLoops } from '../../shared/watchdog.js';
import type { OutboxLoop } from './outbox-loop.js';

const intervalMs = 1_000;

/**
 * Wakes the loops for work that no notification announces: pauses and locks that have run out, and what was promised while
 * notifications were lost. One small question for all of them.
 */
export function outboxPoll(outbox: OutboxRepository, loops: readonly OutboxLoop[], logger: Logger): WakeLoop {
  const topics = loops.flatMap((loop) => loop.topics);
  return new WakeLoop('outbox poll', intervalMs, logger, async () => {
    for (const topic of await outbox.dueTopics(topics)) for (const loop of loops) loop.wake(topic);
  });
}

/** One look at each loop. What could be taken is asked of the database for each by itself: their shares differ. */
export function lookAtOutboxes(loops: readonly OutboxLoop[]): LookAtLoops[] {
  return loops.map((loop) => async () => [{ loop, sight: await loop.sight() }]);
}
