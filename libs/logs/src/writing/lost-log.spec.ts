import { beforeEach, describe, expect, it } from 'vitest';
import { attemptId, logFixture, noticesOf, storedEntries, textOf } from '../../spec/log-fixture.js';
import type { MemoryChunkStore } from '../../spec/memory-chunk-store.js';
import type { LogWriter } from './log-writer.js';
import { endLostLog, lostEntries } from './lost-log.js';

let store: MemoryChunkStore;
let writer: LogWriter;
let lose: () => ReturnType<typeof endLostLog>;
let told: string[];
const reason = 'The worker that ran this build was lost.';

beforeEach(async () => {
  const before = logFixture();
  ({ store } = before);
  await before.writer.output(1, 1, Buffer.from('stored\n'));
  await before.writer.close({ keepOpen: true });
  const fixture = logFixture({ chunkStore: store, start: await store.tail(attemptId) });
  ({ writer, told } = fixture);
  lose = () => endLostLog({ attemptId, epoch: 2, atMs: 900.5, reason, chunkStore: store, liveBus: fixture.liveBus });
});

describe('the log of an attempt whose worker died', () => {
  it('ends with a notice behind a hole, so that no number stands for two entries', async () => {
    writer.abandon();
    expect(await lose()).toBe('stored');
    const entries = await storedEntries(store);
    expect(entries.map(({ n, atMs }) => [n, atMs >= 900])).toEqual([
      [0, false],
      [1 + lostEntries, true],
    ]);
    expect(noticesOf(entries)).toEqual([{ code: 'attempt_lost', reason }]);
    expect(await store.tail(attemptId)).toMatchObject({ lines: 1, textBytes: 7, complete: true });
  });

  it('can be ended twice, after a crash in between too', async () => {
    writer.abandon();
    const seal = store.seal.bind(store);
    store.seal = () => Promise.reject(new Error('killed'));
    await expect(lose()).rejects.toThrow('killed');
    store.seal = seal;
    expect(await lose()).toBe('stored');
    expect(await lose()).toBe('stored');
    expect(noticesOf(await storedEntries(store))).toHaveLength(1);
  });

  it('fences the worker that was only thought dead', async () => {
    await lose();
    await writer.output(1, 1, Buffer.from('I am alive\n'));
    expect(await writer.close()).toBe('fenced');
    expect(told).toEqual(['fenced']);
    expect(textOf(await storedEntries(store)).toString()).toBe('stored\n');
  });

  it('leaves a complete log as it is', async () => {
    await writer.close();
    expect(await lose()).toBe('stored');
    expect(noticesOf(await storedEntries(store))).toEqual([]);
  });

  it('R2-H4 ends although its last part cannot be read', async () => {
    writer.abandon();
    const range = store.range.bind(store);
    store.range = async (...asked) =>
      (await range(...asked)).map((chunk) => ({ ...chunk, payload: new Uint8Array([1]), entriesBytes: 2_147_483_647 }));
    expect(await lose()).toBe('stored');
    expect(await store.tail(attemptId)).toMatchObject({ complete: true });
  });
});

it('ends a log that holds nothing', async () => {
  const { store: empty, liveBus } = logFixture();
  await endLostLog({ attemptId, epoch: 2, atMs: 0, reason, chunkStore: empty, liveBus });
  expect(noticesOf(await storedEntries(empty))).toEqual([{ code: 'attempt_lost', reason }]);
});
