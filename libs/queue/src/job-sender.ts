import { type JobName, type JobPayload, jobCatalogue } from '@cooperage/contracts';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { PoolRedis } from './pool-redis.js';
import { type WorkerAddress, workerQueue } from './worker-queue.js';

/** A connection gives up one command after a second; the first use of a queue takes two of them. */
const sendMs = 2_000;
/** Queues of one Redis that are kept open, those used last: twice as many as the builders of a pool need. A builder chooses its name. */
const mostQueues = 400;

/**
 * Hands jobs to BullMQ. Attempts are counted in PostgreSQL: a job runs once, is never retried by the queue and leaves no
 * trace behind, so the same id may be added again when the queue has lost it.
 */
export class JobSender {
  private readonly roads = new Map<Redis, Road>();

  /** @param pools the caller disconnects them */
  constructor(private readonly pools: PoolRedis) {}

  /**
   * @param jobId names the work, without a colon: a job that is still there is not doubled
   * @throws when Redis of the pool does not answer: the work stays promised where it was, and is sent again
   */
  async send<J extends JobName>(job: J, to: WorkerAddress, jobId: string, payload: JobPayload<J>): Promise<void> {
    const data = jobCatalogue[job].parse(payload);
    const redis = this.pools.of(to.lane);
    const road = this.roads.get(redis) ?? new Road(redis);
    this.roads.set(redis, road);
    await road.add(workerQueue(job, to), job, data, jobId);
  }

  async close(): Promise<void> {
    await Promise.all([...this.roads.values()].map((road) => road.close()));
  }
}

/** To one Redis. One that does not answer costs the first sender a moment, and those after it none. */
class Road {
  private readonly queues = new Map<string, Queue>();
  private isAway = false;
  private isAsked = false;

  constructor(private readonly redis: Redis) {}

  async add(name: string, job: JobName, data: unknown, jobId: string): Promise<void> {
    if (this.isAway) {
      void this.ask();
      throw new Error('Redis of the pool does not answer');
    }
    const queue = this.queue(name);
    try {
      const options = { jobId, removeOnComplete: true, removeOnFail: true, attempts: 1 };
      await inTime(queue.add(job, data, options));
    } catch (error) {
      this.isAway = true;
      // One whose first command failed never becomes ready.
      this.queues.delete(name);
      queue.close().catch(() => undefined);
      void this.ask();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
  }

  private async ask(): Promise<void> {
    if (this.isAsked) return;
    this.isAsked = true;
    try {
      await this.redis.ping();
      this.isAway = false;
    } catch {
      // The next sender asks again.
    } finally {
      this.isAsked = false;
    }
  }

  private queue(name: string): Queue {
    const queue = this.queues.get(name) ?? this.open(name);
    // The one that was used last is the last.
    this.queues.delete(name);
    this.queues.set(name, queue);
    if (this.queues.size > mostQueues) this.closeOldest();
    return queue;
  }

  private open(name: string): Queue {
    const queue = new Queue(name, { connection: this.redis });
    queue.on('error', () => undefined); // the connection's own handler has told of it
    return queue;
  }

  private closeOldest(): void {
    const [oldest] = this.queues;
    if (!oldest) return;
    const [name, queue] = oldest;
    this.queues.delete(name);
    queue.close().catch(() => undefined);
  }
}

async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Redis of the pool does not answer in time')), sendMs);
  });
  // Whoever lost the race is not waited for, and its error is nobody's.
  work.catch(() => undefined);
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
