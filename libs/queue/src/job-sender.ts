import { type JobPayload, jobCatalogue, type QueueName } from '@cooperage/contracts';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/**
 * Hands jobs to BullMQ. Attempts are counted in PostgreSQL: a job runs once, is never retried by the queue and leaves no
 * trace behind, so the same id may be added again when the queue has lost it.
 */
export class JobSender {
  private readonly queues = new Map<QueueName, Queue>();

  /** @param redis a `producer` connection; the caller closes it */
  constructor(private readonly redis: Redis) {}

  /**
   * @param jobId names the work, without a colon: a job that is still there is not doubled
   * @throws when Redis does not answer: the work stays promised where it was, and is sent again
   */
  async send<Q extends QueueName>(queueName: Q, jobId: string, payload: JobPayload<Q>): Promise<void> {
    const data = jobCatalogue[queueName].parse(payload);
    await this.queue(queueName).add(queueName, data, {
      jobId,
      removeOnComplete: true,
      removeOnFail: true,
      attempts: 1,
    });
  }

  /** Jobs that wait or run, for the metrics. */
  async depth(queueName: QueueName): Promise<number> {
    const counts = await this.queue(queueName).getJobCounts('waiting', 'active', 'prioritized');
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
  }

  private queue(name: QueueName): Queue {
    const existing = this.queues.get(name);
    if (existing) return existing;
    const queue = new Queue(name, { connection: this.redis });
    queue.on('error', () => undefined); // the connection's own handler has told of it
    this.queues.set(name, queue);
    return queue;
  }
}
