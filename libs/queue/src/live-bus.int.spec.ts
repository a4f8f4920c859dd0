import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { services } from '@cooperage/testing';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisLiveBus } from './live-bus.js';
import { connectRedis } from './redis.js';

/** A line to Redis that a test can cut, so that it cuts off nobody else. */
class Line {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private port = 0;

  async open(): Promise<string> {
    const address = new URL(services().redisUrl);
    const [port, host] = [Number(address.port), address.hostname];
    this.server = createServer((near) => {
      const far = connect(port, host);
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => this.cutPair(near, far));
      }
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    address.host = `127.0.0.1:${this.port}`;
    return address.href;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server?.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private cutPair(near: Socket, far: Socket): void {
    for (const socket of [near, far]) {
      this.sockets.delete(socket);
      socket.destroy();
    }
  }
}

let line: Line;
let url: string;
let publisher: Redis;
let receiving: Redis;
let sender: RedisLiveBus;
let receiver: RedisLiveBus;
let attemptId: string;
const ignore = () => undefined;

beforeEach(async () => {
  attemptId = randomUUID();
  line = new Line();
  url = await line.open();
  publisher = connectRedis(services().redisUrl, 'producer', ignore);
  sender = new RedisLiveBus(publisher, ignore);
  receiving = connectRedis(url, 'producer', ignore);
  receiver = new RedisLiveBus(receiving, ignore);
  await expect.poll(() => publisher.status).toBe('ready');
});
afterEach(async () => {
  receiver.close();
  receiving.disconnect();
  publisher.disconnect();
  await line.cut();
});

/** Subscribes, and waits until that is active. */
async function listen(bus: RedisLiveBus, id = attemptId) {
  const frames: Buffer[] = [];
  const end = bus.subscribe(id, (frame) => frames.push(Buffer.from(frame)));
  await expect.poll(() => frames).toHaveLength(1);
  expect(frames[0]).toHaveLength(0);
  return { frames, end };
}

describe('the live bus on Redis', () => {
  it('carries bytes as they are, in order, to everybody who listens', async () => {
    const [one, other] = [await listen(receiver), await listen(receiver)];
    const sent = [Uint8Array.from({ length: 256 }, (_, byte) => byte), new Uint8Array(), Uint8Array.of(0xff, 0, 0x0a)];
    for (const frame of sent) expect(sender.publish(attemptId, frame)).toBe(true);
    for (const { frames } of [one, other]) {
      await expect.poll(() => frames.length).toBe(4);
      expect(frames.slice(1)).toEqual(sent.map((frame) => Buffer.from(frame)));
    }
  });

  it('sends the part that a frame is of a larger buffer', async () => {
    const { frames } = await listen(receiver);
    sender.publish(attemptId, Buffer.from('a whole buffer').subarray(2, 7));
    await expect.poll(() => frames[1]?.toString()).toBe('whole');
  });

  it('keeps attempts apart, and ends a subscription without ending another', async () => {
    const [one, other] = [await listen(receiver), await listen(receiver)];
    const apart = await listen(receiver, randomUUID());
    one.end();
    one.end();
    sender.publish(attemptId, Buffer.from('x'));
    await expect.poll(() => other.frames).toHaveLength(2);
    expect(one.frames).toHaveLength(1);
    expect(apart.frames).toHaveLength(1);
    other.end();
    const channel = `cooperage:log:${attemptId}`;
    await expect.poll(() => publisher.pubsub('NUMSUB', channel)).toEqual([channel, 0]);
    await listen(receiver);
  });

  it('subscribes again after each reconnect and says so with an empty frame', async () => {
    const { frames } = await listen(receiver);
    for (let cut = 1; cut <= 3; cut++) {
      await line.cut();
      sender.publish(attemptId, Buffer.from('missed'));
      await line.open();
      await expect.poll(() => frames.length).toBe(2 * cut);
      sender.publish(attemptId, Buffer.from(`after ${cut}`));
      await expect.poll(() => frames.length).toBe(2 * cut + 1);
      expect(frames.slice(-2).map(String)).toEqual(['', `after ${cut}`]);
    }
  });

  it('takes a subscription while Redis is away', async () => {
    await line.cut();
    const frames: Buffer[] = [];
    receiver.subscribe(attemptId, (frame) => frames.push(Buffer.from(frame)));
    await line.open();
    await expect.poll(() => frames).toHaveLength(1);
    sender.publish(attemptId, Buffer.from('x'));
    await expect.poll(() => frames).toHaveLength(2);
  });

  it('drops at once, and never waits, while Redis is away', async () => {
    const cutOff = connectRedis(url, 'producer', ignore);
    await expect.poll(() => cutOff.status).toBe('ready');
    const bus = new RedisLiveBus(cutOff, ignore);
    await line.cut();
    await expect.poll(() => bus.publish(attemptId, Buffer.from('x'))).toBe(false);
    cutOff.disconnect();
    await line.open();
  });

  it('drops what is more than may be under way', async () => {
    const frame = Buffer.alloc(1_000_000);
    const taken = Array.from({ length: 6 }, () => sender.publish(attemptId, frame));
    expect(taken).toEqual([true, true, true, true, false, false]);
    await expect.poll(() => sender.publish(attemptId, frame)).toBe(true);
  });
});
