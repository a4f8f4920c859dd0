import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { BuildRecord } from '@cooperage/db';
import { encodeLogEntries } from '@cooperage/domain';
import { connectRedis, RedisLiveBus } from '@cooperage/queue';
import { services } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, type TestProject } from '../../spec/api-world.js';
import { LivePage, type PageOptions } from '../../spec/live-page.js';
import { LiveWorld } from '../../spec/live-world.js';
import type { Visitor } from '../../spec/visitor.js';
import { waitFor } from '../../spec/wait-for.js';
import { TestWorker } from '../../spec/worker.js';

let live: LiveWorld;
let world: ApiWorld;
let target: TestProject;
let worker: TestWorker;

beforeAll(async () => {
  live = await LiveWorld.open();
  ({ world, target, worker } = live);
});
afterEach(() => live.closePages());
afterAll(() => live.close());

const open = (visitor?: Visitor, options?: PageOptions) => live.page(visitor, options);

describe('a log', () => {
  it('comes from the archive, then live, then ends', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await worker.print(attempt, 'stored 1\n', 'stored 2\n');
    const page = await open();
    expect(await page.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 1 })).toEqual({ ok: true });
    await waitFor(() => expect(page.text).toBe('stored 2\n'));
    const redis = connectRedis(services().redisUrl, 'producer', () => {});
    await waitFor(() => expect(redis.status).toBe('ready'));
    const data = new TextEncoder().encode('live 3\n');
    new RedisLiveBus(redis, () => {}).publish(
      attempt.attemptId,
      encodeLogEntries([{ n: 2, atMs: 1, kind: 'text', step: 1, stream: 1, data }]),
    );
    await waitFor(() => expect(page.text).toBe('stored 2\nlive 3\n'));
    await worker.print(attempt, 'live 3\n');
    await worker.finishLog(attempt);
    await waitFor(() => expect(page.isComplete).toBe(true));
    expect(page.text).toBe('stored 2\nlive 3\n');
    await redis.quit();
  });

  it('that prints fast comes in few frames, packed for a page that asks for that, with every line in its place', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    const [packing, plain] = [await open(), await open()];
    const log = { buildId: build.id, attempt: 1, from: 0 };
    expect(await packing.ask('log:subscribe', { ...log, packed: 'deflate-raw' })).toEqual({ ok: true });
    expect(await plain.ask('log:subscribe', log)).toEqual({ ok: true });
    const redis = connectRedis(services().redisUrl, 'producer', () => {});
    await waitFor(() => expect(redis.status).toBe('ready'));
    const bus = new RedisLiveBus(redis, () => {});
    const line = (n: number) => `line ${n} ${'of a compiler '.repeat(20)}\n`;
    const lines = 1_000;
    for (let n = 0; n < lines; n++) {
      const data = new TextEncoder().encode(line(n));
      bus.publish(attempt.attemptId, encodeLogEntries([{ n, atMs: 1, kind: 'text', step: 1, stream: 1, data }]));
      if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const whole = Array.from({ length: lines }, (_, n) => line(n)).join('');
    for (const page of [packing, plain]) await waitFor(() => expect(page.text.length).toBe(whole.length));
    expect([packing.text === whole, plain.text === whole]).toEqual([true, true]);
    expect(packing.packed).toBeGreaterThan(0);
    expect(plain.packed).toBe(0);
    await redis.quit();
  });

  it.each([9e15, 2 ** 53, 2 ** 60, 1e300, -1, 0.5])('R-Low-13 is not followed from entry %d', async (from) => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await worker.print(attempt, 'a\n');
    const page = await open();
    const log = { buildId: build.id, attempt: 1 };
    expect(await page.ask('log:subscribe', { ...log, from })).toEqual({ ok: false, code: 'bad_request' });
    await worker.finishLog(attempt);
    expect(await page.ask('log:subscribe', { ...log, from: 3 })).toEqual({ ok: false, code: 'bad_request' });
    expect(page.isComplete).toBe(false);
  });

  it('begins anew where a page says so, and stops when it is left', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await worker.print(attempt, 'a\n', 'b\n');
    const page = await open();
    const log = { buildId: build.id, attempt: 1 };
    await page.ask('log:subscribe', { ...log, from: 0 });
    await waitFor(() => expect(page.text).toBe('a\nb\n'));
    await page.ask('log:subscribe', { ...log, from: 1 });
    await waitFor(() => expect(page.text).toBe('a\nb\nb\n'));
    expect(await page.ask('log:unsubscribe', log)).toEqual({ ok: true });
    await worker.print(attempt, 'c\n');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(page.text).toBe('a\nb\nb\n');
  });

  it('R-M2 is one of four at most that a page follows at once', async () => {
    const builds: BuildRecord[] = [];
    for (let count = 0; count < 6; count++) {
      const build = await world.build(target);
      await worker.print(await worker.claim(build), 'a\n');
      builds.push(build);
    }
    const page = await open();
    const follow = ({ id }: { id: string }) => page.ask('log:subscribe', { buildId: id, attempt: 1, from: 0 });
    const answers = await Promise.all(builds.map(follow));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(4);
    const [refused] = builds.filter((_, at) => !answers[at]!.ok);
    expect(await follow(refused!)).toEqual({ ok: false, code: 'too_many' });
    const [followed] = builds.filter((_, at) => answers[at]!.ok);
    expect(await follow(followed!)).toEqual({ ok: true });
    await page.ask('log:unsubscribe', { buildId: followed!.id, attempt: 1 });
    expect(await follow(refused!)).toEqual({ ok: true });
  });

  it('of an attempt that is not there is not there', async () => {
    const build = await world.build(target);
    const page = await open();
    expect(await page.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 0 })).toEqual({
      ok: false,
      code: 'not_found',
    });
  });

  it('of any size reaches a page that reads slowly, whole and in order, while others are not held up', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    const line = `${randomBytes(500).toString('hex')}\n`;
    for (let chunk = 0; chunk < 8; chunk++)
      await worker.print(attempt, ...Array.from({ length: 1_000 }, (_, at) => `${chunk}.${at} ${line}`));
    await worker.finishLog(attempt);
    const [slow, quick] = [await open(), await open()];
    const connection = rawSocketOf(slow);
    await slow.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 0 });
    connection.pause();
    await quick.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 0 });
    await waitFor(() => expect(quick.isComplete).toBe(true));
    expect(slow.isComplete).toBe(false);
    connection.resume();
    await waitFor(() => expect(slow.isComplete).toBe(true));
    expect(slow.text.length).toBe(quick.text.length);
    expect(slow.text === quick.text).toBe(true);
  }, 60_000);
});

/** The TCP connection of a page, to stop reading from. */
function rawSocketOf(page: LivePage): { pause(): void; resume(): void } {
  const transport = page.socket.io.engine.transport as unknown as { ws: { _socket: Socket } };
  return transport.ws._socket;
}
