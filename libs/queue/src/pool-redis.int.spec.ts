import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { services } from '@cooperage/testing';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  connectRedis,
  JobSender,
  type JobWorker,
  PooledLiveBus,
  PoolRedis,
  RedisLiveBus,
  SharedCounts,
  startJobWorker,
} from './index.js';
import { workerQueue } from './worker-queue.js';

const ignore = () => undefined;
const endless = 'while true do end';

/** The Redis of a pool whose builder was taken over. A test stops it, so it is nobody else's. */
class OtherRedis {
  private server: ChildProcess | undefined;
  private port = 0;

  async start(): Promise<string> {
    this.port ||= await freePort();
    const settings = {
      port: this.port,
      bind: '127.0.0.1',
      save: '',
      maxmemory: '32mb',
      'maxmemory-policy': 'noeviction',
    };
    const parameters = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.server = spawn(services().tools['redis-server']!, parameters, { stdio: 'ignore' });
    return `redis://127.0.0.1:${this.port}`;
  }

  async kill(): Promise<void> {
    if (!this.server || this.server.exitCode !== null || this.server.signalCode !== null) return;
    const ended = once(this.server, 'exit');
    this.server.kill('SIGKILL');
    await ended;
  }
}

describe('R2-H-6 Redis of two pools, of which one was taken over,', () => {
  const other = new OtherRedis();
  let pools: PoolRedis;
  let hostile: Redis;
  let sender: JobSender;
  const taken: string[] = [];
  const workers: JobWorker[] = [];
  const connections: Redis[] = [];

  beforeAll(async () => {
    const untrustedUrl = await other.start();
    pools = PoolRedis.connect({ url: services().redisUrl, untrustedUrl }, ignore);
    hostile = connectRedis(untrustedUrl, 'consumer', ignore);
    const all = [...pools.each, hostile];
    // `once(…, 'ready')` fails with the first error, and a server that starts refuses the first connection.
    await vi.waitUntil(() => all.every(({ status }) => status === 'ready'), { timeout: 20_000 });
    for (const [lane, url] of [
      ['trusted', services().builderRedisUrl ?? services().redisUrl],
      ['strangers', untrustedUrl],
    ] as const) {
      const [redis, lookBy] = [connectRedis(url, 'consumer', ignore), connectRedis(url, 'producer', ignore)];
      connections.push(redis, lookBy);
      const common = { redis, lookBy, concurrency: 1, onError: ignore, job: 'run-build' } as const;
      const handle = async ({ attemptId }: { attemptId: string }) => void taken.push(attemptId);
      workers.push(startJobWorker({ ...common, address: { lane, worker }, handle }));
    }
  });
  const worker = randomUUID();
  beforeEach(() => {
    sender = new JobSender(pools);
  });
  afterEach(() => sender.close());
  afterAll(async () => {
    await Promise.all(workers.map((each) => each.close()));
    for (const redis of [...connections, hostile]) redis.disconnect();
    await other.kill();
    const left = await pools.trusted.keys(`bull:${workerQueue('run-build', { lane: 'trusted', worker })}:*`);
    if (left.length > 0) await pools.trusted.del(left);
    pools.disconnect();
  });

  const send = (lane: string, attemptId: string = randomUUID()) =>
    sender.send('run-build', { lane, worker }, attemptId, { attemptId }).then(() => attemptId);
  const expectTrustedToGoOn = async () => {
    const attemptId = await send('trusted');
    await expect.poll(() => taken).toContain(attemptId);
    const counts = new SharedCounts(pools.trusted, `${randomUUID()}:`);
    expect((await counts.add('one', 1_000)).count).toBe(1);
    const viewers = new PooledLiveBus(pools, ignore);
    const builder = new RedisLiveBus(pools.trusted, ignore);
    const frames: string[] = [];
    viewers.subscribe(attemptId, (frame) => frames.push(Buffer.from(frame).toString()));
    await expect.poll(() => frames).toContain('');
    builder.publish(attemptId, Buffer.from('a line'));
    await expect.poll(() => frames).toContain('a line');
    viewers.close();
  };

  it('sends each job to the Redis of its pool, and shows the live log of either', async () => {
    const attemptId = await send('strangers');
    await expect.poll(() => taken).toContain(attemptId);
    expect(await pools.trusted.keys(`bull:${workerQueue('run-build', { lane: 'strangers', worker })}:*`)).toEqual([]);
    await expectTrustedToGoOn();
    const viewers = new PooledLiveBus(pools, ignore);
    const frames: string[] = [];
    viewers.subscribe(attemptId, (frame) => frames.push(Buffer.from(frame).toString()));
    await expect.poll(() => frames.filter((frame) => frame === '')).toHaveLength(2);
    new RedisLiveBus(hostile, ignore).publish(attemptId, Buffer.from('of the other pool'));
    await expect.poll(() => frames).toContain('of the other pool');
    expect(new PooledLiveBus(pools, ignore).publish(attemptId, Buffer.from('of control'))).toBe(true);
    await expect.poll(() => frames.filter((frame) => frame === 'of control')).toHaveLength(2);
    viewers.close();
  });

  it('lets the other pool work on while its memory is full', async () => {
    const filled = Array.from({ length: 8 }, (_, n) => hostile.setrange(`flood${n}`, 8 * 2 ** 20, 'x'));
    expect((await Promise.allSettled(filled)).at(-1)).toMatchObject({ reason: { message: /OOM/ } });
    await expect(send('strangers')).rejects.toThrow(/OOM/);
    await expectTrustedToGoOn();
    await hostile.flushall();
    await expect.poll(() => send('strangers').then(() => true, ignore)).toBe(true);
  });

  it('lets the other pool work on while a script does not end, asks it no second time, and comes back', async () => {
    hostile.eval(endless, 0).catch(ignore);
    await expect(send('strangers')).rejects.toThrow();
    // It is away now: who sends to it does not wait, so what waits behind that in one loop does not either.
    await expect(send('strangers')).rejects.toThrow('Redis of the pool does not answer');
    await expectTrustedToGoOn();
    // Else it would send its script again as soon as it may.
    hostile.disconnect();
    await other.kill();
    await other.start();
    await expect.poll(() => send('strangers').then(() => true, ignore)).toBe(true);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
