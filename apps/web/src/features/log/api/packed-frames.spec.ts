import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { InOrder, unpacked } from './packed-frames';

const arrayBuffer = (bytes: Buffer): ArrayBuffer => Uint8Array.from(bytes).buffer;
const nextTask = () => new Promise((resolve) => setTimeout(resolve));

describe('packed frames', () => {
  it('are unpacked to what they were', async () => {
    const text = Buffer.from('a line\n'.repeat(10_000));
    expect(Buffer.from(await unpacked(arrayBuffer(deflateRawSync(text)))).equals(text)).toBe(true);
    await expect(unpacked(arrayBuffer(Buffer.from('no deflate')))).rejects.toThrow();
  });
});

describe('events in order', () => {
  it('are handed on at once while nothing has to be waited for', () => {
    const seen: number[] = [];
    const events = new InOrder();
    for (const n of [1, 2, 3]) events.push(n, (value) => seen.push(value));
    expect(seen).toEqual([1, 2, 3]);
  });

  it('wait for those before them, and no longer', async () => {
    const seen: number[] = [];
    const events = new InOrder();
    const { promise, resolve } = Promise.withResolvers<number>();
    events.push(promise, (value) => seen.push(value));
    events.push(2, (value) => seen.push(value));
    events.push(Promise.resolve(3), (value) => seen.push(value));
    await nextTask();
    expect(seen).toEqual([]);
    resolve(1);
    await nextTask();
    expect(seen).toEqual([1, 2, 3]);
    events.push(4, (value) => seen.push(value));
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('are left out where one cannot be had, and all of them once they are closed', async () => {
    const seen: number[] = [];
    const events = new InOrder();
    events.push(Promise.reject<number>(new Error('broken')), (value) => seen.push(value));
    events.push(2, (value) => seen.push(value));
    await nextTask();
    expect(seen).toEqual([2]);
    events.push(Promise.resolve(3), (value) => seen.push(value));
    events.close();
    await nextTask();
    expect(seen).toEqual([2]);
  });
});
