import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { demand } from '../../measure/inexact.js';

/** The peer: one job from `add` to its processor, over the Redis that the product uses, with nothing around it. */
export class QueueHop {
  private readonly name = `bench-${randomBytes(4).toString('hex')}`;
  private readonly connections: Redis[] = [];
  private readonly queue: Queue;
  private readonly worker: Worker;
  private arrived: (atMs: number) => void = () => {};

  constructor(redisUrl: string) {
    const connect = () => {
      const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
      this.connections.push(redis);
      return redis;
    };
    this.queue = new Queue(this.name, { connection: connect() });
    this.worker = new Worker(this.name, async () => this.arrived(performance.now()), { connection: connect() });
  }

  async ready(): Promise<void> {
    await Promise.all([this.queue.waitUntilReady(), this.worker.waitUntilReady()]);
  }

  /** Milliseconds of `count` single jobs, `pauseMs` apart on an idle queue. */
  async measure(count: number, pauseMs: number): Promise<number[]> {
    const times: number[] = [];
    for (let at = 0; at < count; at++) {
      await delay(pauseMs);
      times.push(await this.one());
    }
    demand(times.length === count, 'a job of the raw queue was lost');
    return times;
  }

  async close(): Promise<void> {
    await this.worker.close();
    await this.queue.obliterate({ force: true });
    await this.queue.close();
    for (const redis of this.connections) redis.disconnect();
  }

  private async one(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.arrived = resolve;
    const addedAtMs = performance.now();
    await this.queue.add('job', { attemptId: this.name }, { removeOnComplete: true, removeOnFail: true });
    return (await promise) - addedAtMs;
  }
}
