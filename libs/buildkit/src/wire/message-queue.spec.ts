import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MessageQueue } from './message-queue.js';

describe('messages for a slow handler', () => {
  it('wait in order, and the source is not read meanwhile', async () => {
    const source = new PassThrough();
    source.on('data', () => {});
    const got: string[] = [];
    const queue = new MessageQueue(
      source,
      async (message) => {
        await delay(5);
        got.push(message.toString());
      },
      () => {},
    );
    for (const text of ['a', 'b', 'c']) queue.put(Buffer.from(text));
    expect(source.isPaused()).toBe(true);
    await queue.idle();
    expect(got).toEqual(['a', 'b', 'c']);
    expect(source.isPaused()).toBe(false);
  });

  it('are handed over at once to a quick one', () => {
    const got: string[] = [];
    const queue = new MessageQueue(
      new PassThrough(),
      (message) => void got.push(message.toString()),
      () => {},
    );
    queue.put(Buffer.from('a'));
    queue.put(Buffer.from('b'));
    expect(got).toEqual(['a', 'b']);
  });

  it('end with the first that is not taken', async () => {
    const failures: unknown[] = [];
    const got: string[] = [];
    const handle = async (message: Buffer) => {
      got.push(message.toString());
      throw new Error('full');
    };
    const queue = new MessageQueue(new PassThrough(), handle, (error) => failures.push(error));
    queue.put(Buffer.from('a'));
    queue.put(Buffer.from('b'));
    await queue.idle();
    expect(got).toEqual(['a']);
    expect(failures).toHaveLength(1);
  });
});
