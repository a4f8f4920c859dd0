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

/** One question to the outbox for the sight of all loops. */
export function lookAtOutboxes(outbox: Pick<OutboxRepository, 'due'>, loops: readonly OutboxLoop[]): LookAtLoops {
  const topics = loops.flatMap((loop) => loop.topics);
  return async () => {
    const found = await outbox.due(topics);
    return loops.map((loop) => {
      const own = found.filter(({ topic }) => loop.topics.includes(topic));
      const due = own.reduce((sum, work) => sum + work.due, 0);
      return { loop, sight: loop.sight({ due, oldestDueMs: Math.max(0, ...own.map((work) => work.oldestDueMs)) }) };
    });
  };
}
