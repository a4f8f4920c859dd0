import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { services } from '@cooperage/testing';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis, JobSender, PoolRedis, RedisLiveBus, refuseEviction, startJobWorker } from './index.js';
import { workerQueue } from './worker-queue.js';

const ignore = () => undefined;
const denied = /NOPERM|can't access at least one of the keys/;

describe.each([
  ['trusted', 'strangers'],
  ['strangers', 'trusted'],
])('R-M9 a builder of the pool %s at Redis', (lane, otherLane) => {
  let all: Redis;
  let builder: Redis;
  let consumer: Redis;
  beforeAll(async () => {
    const { redisUrl, builderRedisUrl, untrustedRedisUrl, untrustedBuilderRedisUrl } = services();
    const url = (lane === 'trusted' ? builderRedisUrl : untrustedBuilderRedisUrl)!;
    all = connectRedis(lane === 'trusted' ? redisUrl : untrustedRedisUrl, 'producer', ignore);
    builder = connectRedis(url, 'producer', ignore);
    consumer = connectRedis(url, 'consumer', ignore);
    await Promise.all([all, builder, consumer].map((redis) => once(redis, 'ready')));
  });
  afterAll(() => {
    for (const redis of [all, builder, consumer]) redis.disconnect();
  });

  it('takes its jobs, publishes what steps print, and sees that nothing is evicted', async () => {
    await refuseEviction(builder);
    const address = { lane, worker: randomUUID() };
    const taken: string[] = [];
    const errors: Error[] = [];
    const worker = startJobWorker({
      ...{
        job: 'run-build',
        address,
        redis: consumer,
        lookBy: builder,
        concurrency: 1,
        onError: (error) => void errors.push(error),
      },
      handle: async ({ attemptId }) => void taken.push(attemptId),
    });
    const sender = new JobSender(new PoolRedis(all, all));
    const attemptId = randomUUID();
    await sender.send('run-build', address, attemptId, { attemptId });
    await expect.poll(() => taken).toEqual([attemptId]);
    expect(await worker.look()).toEqual({ waiting: 0, next: null });
    await worker.restart();
    await worker.pause();
    worker.resume();
    await worker.close();
    await sender.close();
    expect(errors).toEqual([]);
    const [bus, viewers] = [new RedisLiveBus(builder, ignore), new RedisLiveBus(all, ignore)];
    const frames: string[] = [];
    viewers.subscribe(attemptId, (frame) => frames.push(Buffer.from(frame).toString()));
    await expect.poll(() => frames).toContain('');
    expect(bus.publish(attemptId, Buffer.from('hello'))).toBe(true);
    await expect.poll(() => frames).toContain('hello');
    viewers.close();
  });

  it('reaches no queue of the other pool', async () => {
    const job = { lane: otherLane, worker: randomUUID() };
    const sender = new JobSender(new PoolRedis(all, all));
    for (const sort of ['run-build', 'export-cache'] as const) {
      const queue = workerQueue(sort, job);
      const payload = sort === 'run-build' ? { attemptId: randomUUID() } : { buildId: randomUUID() };
      await sender.send(sort, job, 'a-job', payload as never);
      for (const ask of [
        () => builder.lrange(`bull:${queue}:wait`, 0, -1),
        () => builder.hgetall(`bull:${queue}:a-job`),
        () => builder.lpush(`bull:${queue}:wait`, 'another-job'),
        () => builder.del(`bull:${queue}:wait`),
        () => builder.eval(`return redis.call('LRANGE', 'bull:${queue}:wait', 0, -1)`, 0),
      ])
        await expect(ask()).rejects.toThrow(denied);
      expect(await all.lrange(`bull:${queue}:wait`, 0, -1)).toEqual(['a-job']);
      await all.del(await all.keys(`bull:${queue}:*`));
    }
    await sender.close();
  });

  it('reads and changes no key and no channel but those, and is told nothing of the server', async () => {
    await all.set('r-m9:count', '1');
    for (const ask of [
      () => builder.get('r-m9:count'),
      () => builder.set('r-m9:count', '2'),
      () => builder.del('r-m9:count'),
      () => builder.eval("return redis.call('GET', 'r-m9:count')", 0),
      () => builder.hgetall('bull:evaluate:1'),
      () => builder.lpush('bull:publish:wait', 'x'),
      () => builder.publish('cooperage:other', 'x'),
      () => builder.publish('bull:x', 'x'),
      () => builder.keys('*'),
      () => builder.scan(0),
      () => builder.randomkey(),
      () => builder.pubsub('CHANNELS'),
      () => builder.function('LIST'),
      () => builder.script('FLUSH'),
      () => builder.subscribe('cooperage:log:x'),
      () => builder.config('GET', 'requirepass'),
      () => builder.acl('LIST'),
      () => builder.flushall(),
      () => builder.call('MONITOR'),
      // It tells the names of all keys that change, and sends them to connections of others (R19C-4).
      () => builder.call('CLIENT', 'TRACKING', 'ON', 'BCAST'),
      () => builder.call('CLIENT', 'LIST'),
    ])
      await expect(ask()).rejects.toThrow(denied);
    expect(await all.get('r-m9:count')).toBe('1');
    await all.del('r-m9:count');
  });
});
