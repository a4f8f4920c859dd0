import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { RedisLiveBus } from './live-bus.js';

it('R12B-5 drops what is more than may wait, also when Redis reads nothing and every command was given up', async () => {
  const mebibyte = 1_048_576;
  const stream = { writableLength: 0 };
  const publish = async (_channel: string, bytes: Uint8Array) => {
    stream.writableLength += bytes.length;
    throw new Error('Command timed out');
  };
  const bus = new RedisLiveBus({ status: 'ready', stream, publish } as unknown as Redis, () => undefined);
  const taken: boolean[] = [];
  for (let at = 0; at < 6; at++) {
    taken.push(bus.publish('an attempt', new Uint8Array(mebibyte)));
    await new Promise(setImmediate);
  }
  expect(taken).toEqual([true, true, true, true, false, false]);
  stream.writableLength = 0;
  expect(bus.publish('an attempt', new Uint8Array(mebibyte))).toBe(true);
});
