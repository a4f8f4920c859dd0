import { randomUUID } from 'node:crypto';
import { services } from '@cooperage/testing';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobSender } from './job-sender.js';
import { type JobWorker, startJobWorker } from './job-worker.js';
import { PoolRedis } from './pool-redis.js';
import { connectRedis } from './redis.js';
import { workerQueue } from './worker-queue.js';

const nothing = { waiting: 0, next: null };

describe('the receiver of jobs', () => {
  const address = { lane: 'trusted', worker: randomUUID() };
  const connections: Redis[] = [];
  let release: (() => void)[];
  let taken: string[];
  let sender: JobSender;
  let receiver: JobWorker;

  const connect = (use: 'producer' | 'consumer') => {
    const redis = connectRedis(services().redisUrl, use, () => undefined);
    connections.push(redis);
    return redis;
  };
  const send = async (id: string) => {
    const attemptId = randomUUID();
    await sender.send('run-build', address, id, { attemptId });
    return attemptId;
  };

  beforeEach(async () => {
    release = [];
    taken = [];
    const lookBy = connect('producer');
    await new Promise((resolve) => lookBy.once('ready', resolve));
    sender = new JobSender(new PoolRedis(lookBy, lookBy));
    receiver = startJobWorker({
      ...{ job: 'run-build', address, redis: connect('consumer'), lookBy, concurrency: 1, onError: () => undefined },
      handle: ({ attemptId }: { attemptId: string }) => {
        taken.push(attemptId);
        return new Promise<void>((resolve) => release.push(resolve));
      },
    });
  });
  afterEach(async () => {
    for (const one of release) one();
    await receiver.close();
    await sender.close();
    for (const redis of connections.splice(0)) redis.disconnect();
  });

  it('R-W1 tells what waits while its only slot is busy, and which is next', async () => {
    expect(await receiver.look()).toEqual(nothing);
    const first = await send('one');
    await expect.poll(() => taken).toEqual([first]);
    const second = await send('two');
    const third = await send('three');
    expect(await receiver.look()).toEqual({ waiting: 2, next: 'two' });
    release[0]!();
    await expect.poll(() => taken).toEqual([first, second]);
    expect(await receiver.look()).toEqual({ waiting: 1, next: 'three' });
    release[1]!();
    await expect.poll(() => taken).toContain(third);
  });

  it('R-W1 takes what waits after it was begun anew, while earlier work goes on [A3 watchdog]', async () => {
    const first = await send('four');
    await expect.poll(() => taken).toEqual([first]);
    const second = await send('five');
    await receiver.restart();
    await expect.poll(() => taken).toContain(second);
    release[0]!();
  });

  it('has nothing to take while it is paused, also after it was begun anew', async () => {
    await receiver.pause();
    await send('six');
    expect(await receiver.look()).toEqual(nothing);
    await receiver.restart();
    expect(await receiver.look()).toEqual(nothing);
    receiver.resume();
    await expect.poll(() => taken).toHaveLength(1);
  });

  it('R19C-7 has few queues open at its sender, whatever names builders give themselves', async () => {
    const redis = connections[0]!;
    const before = redis.listenerCount('ready');
    for (let at = 0; at < 450; at++) {
      const worker = { ...address, worker: `${address.worker}-${at}` };
      await sender.send('run-build', worker, 'job', { attemptId: randomUUID() });
      await redis.del(await redis.keys(`bull:${workerQueue('run-build', worker)}:*`));
    }
    expect(redis.listenerCount('ready') - before).toBeLessThanOrEqual(400);
    await send('another');
    await expect.poll(() => taken).toHaveLength(1);
  });
});
