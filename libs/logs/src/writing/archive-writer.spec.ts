import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attemptId, storedEntries, textOf, until } from '../../spec/log-fixture.js';
import { MemoryChunkStore } from '../../spec/memory-chunk-store.js';
import { ArchiveWriter, chunkAgeMs, chunkBytes } from './archive-writer.js';
import { logStart } from './chunk-packer.js';
import { packBatch } from './log-batch.js';

let store: MemoryChunkStore;
let archive: ArchiveWriter;
let nowMs: number;
let n: number;
let told: string[];

const open = (earlyChunks?: number) =>
  new ArchiveWriter({
    ...(earlyChunks === undefined ? {} : { earlyChunks }),
    attemptId,
    epoch: 1,
    store,
    clock: () => nowMs,
    position: logStart,
    pendingBytes: 200_000,
    onFenced: () => told.push('fenced'),
    onError: (error) => told.push((error as Error).message),
  });
const batch = (text: string) =>
  packBatch([{ n: n++, atMs: nowMs, kind: 'text', step: 1, stream: 1, data: Buffer.from(text) }]);
const pass = (ms: number) => {
  nowMs += ms;
  vi.advanceTimersByTime(ms);
};
const idle = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  store = new MemoryChunkStore();
  nowMs = 0;
  n = 0;
  told = [];
  archive = open();
});
afterEach(() => vi.useRealTimers());

describe('the way into the archive', () => {
  it('stores after a quarter of a second what a killed builder could lose', async () => {
    archive.add(batch('first '));
    pass(chunkAgeMs - 1);
    archive.add(batch('second'));
    await idle();
    expect(store.appends).toBe(0);
    pass(1);
    await until(() => store.chunks(attemptId).length === 1);
    expect(textOf(await storedEntries(store)).toString()).toBe('first second');
  });

  it('stores a full chunk at once, and the rest by its own age', async () => {
    archive.add(batch('x'.repeat(chunkBytes - 1000)));
    pass(100);
    archive.add(batch('y'.repeat(2000)));
    await until(() => store.chunks(attemptId).length === 1);
    pass(chunkAgeMs - 1);
    await idle();
    expect(store.chunks(attemptId)).toHaveLength(1);
    pass(1);
    await until(() => store.chunks(attemptId).length === 2);
    for (const { entriesBytes } of store.chunks(attemptId)) expect(entriesBytes).toBeLessThanOrEqual(chunkBytes);
  });

  it('R4-P1 stores ever fewer chunks of an engine that sends a few bytes at a time', async () => {
    archive = open(4);
    const chunks = () => store.chunks(attemptId).length;
    const pieces = 100;
    for (let at = 0; at < pieces; at++) {
      archive.add(batch('.'));
      pass(chunkAgeMs);
      for (let turn = 0; turn < 20; turn++) await idle();
    }
    // Four of 250 ms, of 500 ms, of a second and of two; then one each four seconds. On a busy machine some are joined.
    expect(chunks()).toBeLessThanOrEqual(20);
    expect(await archive.finish(false)).toBe('stored');
    expect(textOf(await storedEntries(store)).toString()).toBe('.'.repeat(pieces));
  });

  it('tells with each chunk what came before it', async () => {
    for (const text of ['a\nb\n', 'c', '\n\n']) {
      archive.add(batch(text));
      pass(chunkAgeMs);
      const chunks = n;
      await until(() => store.chunks(attemptId).length === chunks);
    }
    expect(store.chunks(attemptId)).toMatchObject([
      { firstN: 0, lastN: 0, firstAtMs: 0, firstLine: 0, lines: 2, firstTextByte: 0, textBytes: 4 },
      { firstN: 1, lastN: 1, firstAtMs: 250, firstLine: 2, lines: 0, firstTextByte: 4, textBytes: 1 },
      { firstN: 2, lastN: 2, firstAtMs: 500, firstLine: 2, lines: 2, firstTextByte: 5, textBytes: 2 },
    ]);
  });

  it('tries again with the very same chunk when an answer is lost', async () => {
    let lost = 2;
    store.afterAppend = () => {
      if (lost-- > 0) throw new Error('connection lost');
    };
    archive.add(batch('once'));
    const finished = archive.finish(false);
    await until(() => told.length === 1);
    archive.add(batch(', twice'));
    pass(1000);
    await until(() => told.length === 2);
    pass(1000);
    expect(await finished).toBe('stored');
    expect(textOf(await storedEntries(store)).toString()).toBe('once, twice');
    expect(archive.failures).toBe(2);
  });

  it('lets the build wait while the store is stuck, with bounded memory, and go on after', async () => {
    let free = () => {};
    store.beforeAppend = () => new Promise<void>((resolve) => (free = resolve));
    let added = 0;
    const flood = (async () => {
      while (added < 100) {
        archive.add(batch('z'.repeat(16_000)));
        added++;
        await archive.room();
      }
    })();
    await until(() => store.appends === 1);
    await idle();
    expect(added).toBeLessThan(15);
    expect(archive.pendingBytes).toBeLessThan(200_000 + 17_000);
    store.beforeAppend = () => {};
    free();
    await flood;
    expect(await archive.finish(false)).toBe('stored');
    expect(textOf(await storedEntries(store))).toHaveLength(1_600_000);
  });

  it('stops for good when another epoch owns the log, and lets nobody wait', async () => {
    archive.add(batch('mine'));
    pass(chunkAgeMs);
    await until(() => store.chunks(attemptId).length === 1);
    await store.append({ ...store.chunks(attemptId)[0]!, epoch: 2, firstN: 1, lastN: 1 });
    archive.add(batch('x'.repeat(300_000)));
    await archive.room();
    expect(told).toEqual(['fenced']);
    archive.add(batch('late'));
    expect(archive.pendingBytes).toBe(0);
    expect(await archive.finish(false)).toBe('fenced');
    expect(store.chunks(attemptId)).toHaveLength(2);
  });

  it('is fenced at the seal, too', async () => {
    archive.add(batch('mine'));
    store.afterAppend = async () => void (await store.seal(attemptId, 2));
    expect(await archive.finish(false)).toBe('fenced');
    expect(told).toEqual(['fenced']);
  });

  it('gives up on a dead store when it is told to', async () => {
    store.beforeAppend = () => Promise.reject(new Error('away'));
    archive.add(batch('lost'));
    const finished = archive.finish(false);
    await until(() => told.length === 1);
    archive.abandon();
    expect(await finished).toBe('abandoned');
    expect(told).toEqual(['away']);
  });

  it('leaves a log open for the next writer when asked', async () => {
    archive.add(batch('mine'));
    expect(await archive.finish(true)).toBe('stored');
    expect(await store.tail(attemptId)).toEqual({ nextN: 1, lines: 0, textBytes: 4, complete: false });
  });
});
