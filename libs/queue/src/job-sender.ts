import { type JobName, type JobPayload, jobCatalogue } from '@cooperage/contracts';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type WorkerAddress, workerQueue } from './worker-queue.js';

/**
 * Hands jobs to BullMQ. Attempts are counted in PostgreSQL: a job runs once, is never retried by the queue and leaves no
 * trace behind, so the same id may be added again when the queue has lost it.
 */
export class JobSender {
  private readonly queues = new Map<string, Queue>();

  /** @param redis a `producer` connection; the caller closes it */
  constructor(private readonly redis: Redis) {}

  /**
   * @param jobId names the work, without a colon: a job that is still there is not doubled
   * @throws when Redis does not answer: the work stays promised where it was, and is sent again
   */
  async send<J extends JobName>(job: J, to: WorkerAddress, jobId: string, payload: JobPayload<J>): Promise<void> {
    const data = jobCatalogue[job].parse(payload);
    await this.queue(workerQueue(job, to)).add(job, data, {
      jobId,
      removeOnComplete: true,
      removeOnFail: true,
      attempts: 1,
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
  }

  private queue(name: string): Queue {
    const existing = this.queues.get(name);
    if (existing) return existing;
    const queue = new Queue(name, { connection: this.redis });
    queue.on('error', () => undefined); // the connection's own handler has told of it
    this.queues.set(name, queue);
    return queue;
  }
}
