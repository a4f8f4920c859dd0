import { describe, expect, it } from 'vitest';
import { attemptId, logFixture, noticesOf, rangeOf, storedEntries, textOf, until } from '../../spec/log-fixture.js';
import { MemoryLiveBus } from '../../spec/memory-live-bus.js';
import { chunkBytes } from './archive-writer.js';
import { entryBytes } from './batcher.js';

const bytes = (text: string) => Buffer.from(text);

describe('the log writer', () => {
  it('stores what steps print, byte for byte and in order, with step and stream', async () => {
    const { writer, store } = logFixture();
    await writer.output(1, 1, bytes('out\n'));
    await writer.output(2, 2, bytes('err\0\xff'));
    await writer.notice({ code: 'message', text: 'hello' });
    await writer.output(1, 1, bytes('more'));
    await writer.output(0, 2, bytes('!'));
    expect(await writer.close()).toBe('stored');
    const entries = await storedEntries(store);
    expect(entries.map(({ n, kind, step, stream }) => [n, kind, step, stream])).toEqual([
      [0, 'text', 1, 1],
      [1, 'text', 2, 2],
      [2, 'notice', 0, 0],
      [3, 'text', 1, 1],
      [4, 'text', 0, 2],
    ]);
    expect(textOf(entries).toString()).toBe('out\nerr\0\xffmore!');
    expect(await store.tail(attemptId)).toMatchObject({ nextN: 5, complete: true });
  });

  it('keeps the order of calls that nobody waited for', async () => {
    const { writer, store } = logFixture();
    for (let line = 0; line < 50; line++) void writer.output(1, 1, bytes(`${line}\n`));
    await writer.close();
    expect(textOf(await storedEntries(store)).toString()).toBe(Array.from({ length: 50 }, (_, i) => `${i}\n`).join(''));
  });

  it('shows a line to viewers at once, while it is not yet stored', async () => {
    const { writer, store, liveBus } = logFixture();
    await writer.output(1, 1, bytes('now\n'));
    expect(liveBus.published).toBe(1);
    expect(store.appends).toBe(0);
    writer.abandon();
  });

  it('S-053 masks across writes, per stream, before anything is stored or shown', async () => {
    const shown: string[] = [];
    const liveBus = new MemoryLiveBus();
    liveBus.subscribe(attemptId, (frame) => shown.push(Buffer.from(frame).toString('latin1')));
    const { writer, store } = logFixture({ liveBus, secrets: [{ name: 'PIN', value: 'swordfish' }] });
    for (const [stream, part] of [
      [1, 'a sword'],
      [2, 'sword-'],
      [1, 'fish b'],
      [1, 'swordfi'],
      [2, 'fish'],
    ] as const)
      await writer.output(3, stream, bytes(part));
    await writer.endStep(3);
    await writer.notice({ code: 'message', text: 'cannot log in as swordfish' });
    await writer.close();
    const entries = await storedEntries(store);
    const of = (stream: number) => textOf(entries.filter((entry) => entry.stream === stream)).toString();
    expect(of(1)).toBe('a [secret PIN] bswordfi');
    expect(of(2)).toBe('sword-fish');
    expect(noticesOf(entries)).toEqual([{ code: 'message', text: 'cannot log in as [secret PIN]' }]);
    expect(writer.stats().masked).toEqual({ PIN: 2 });
    await until(() => shown.join('').includes('cannot'));
    expect(shown.join('')).not.toContain('swordfish');
  });

  it('gives at the close what was held back of steps that never ended', async () => {
    const { writer, store } = logFixture({ secrets: [{ name: 'PIN', value: 'swordfish' }] });
    await writer.output(1, 1, bytes('swor'));
    await writer.output(2, 2, bytes('swo'));
    await writer.close();
    expect(textOf(await storedEntries(store)).toString()).toBe('sworswo');
  });

  it('S-090 cuts a line of 50 MB into bounded entries, byte exact, with bounded memory', async () => {
    const { writer, store } = logFixture();
    const line = Buffer.alloc(2_000_000);
    for (let at = 0; at < line.length; at++) line[at] = (at * 31) % 251 === 10 ? 11 : (at * 31) % 251;
    let mostPending = 0;
    for (let part = 0; part < 25; part++) {
      await writer.output(1, 1, line);
      mostPending = Math.max(mostPending, writer.stats().pendingBytes);
    }
    await writer.close();
    expect(mostPending).toBeLessThan(5_000_000);
    expect((await store.tail(attemptId)).textBytes).toBe(50_000_000);
    for (const chunk of store.chunks(attemptId)) expect(chunk.entriesBytes).toBeLessThanOrEqual(chunkBytes);
    const [chunk] = await store.range(attemptId, 1_500, 1);
    const { entries } = await rangeOf(store, chunk!.firstN, 100_000);
    expect(entries.length).toBeGreaterThan(3);
    for (const { data } of entries) expect(data.length).toBeLessThanOrEqual(entryBytes);
    const offset = chunk!.firstTextByte % line.length;
    const text = textOf(entries);
    expect(
      Buffer.concat([line, line])
        .subarray(offset, offset + text.length)
        .equals(text),
    ).toBe(true);
  }, 120_000);

  it('S-092 stops at the output limit with a notice there, another with the total, and tells the caller once', async () => {
    const { writer, store, told } = logFixture({ limits: { outputBytes: 10 } });
    await writer.output(4, 1, bytes('12345'));
    await writer.output(4, 1, bytes('67890abc'));
    await writer.output(5, 1, bytes('defg'));
    await writer.notice({ code: 'message', text: 'the build was stopped' });
    await writer.close();
    const entries = await storedEntries(store);
    expect(textOf(entries).toString()).toBe('1234567890');
    expect(entries.map(({ kind, step }) => [kind, step])).toEqual([
      ['text', 4],
      ['text', 4],
      ['notice', 4],
      ['notice', 0],
      ['notice', 0],
    ]);
    expect(noticesOf(entries)).toEqual([
      { code: 'clipped', droppedBytes: 3, limitBytes: 10 },
      { code: 'message', text: 'the build was stopped' },
      { code: 'clipped', droppedBytes: 7, limitBytes: 10 },
    ]);
    expect(told).toEqual(['OutputLimit']);
    expect(writer.stats().droppedBytes).toBe(7);
  });

  it('says nothing of a limit that was just reached', async () => {
    const { writer, store, told } = logFixture({ limits: { outputBytes: 5 } });
    await writer.output(1, 1, bytes('12345'));
    await writer.close();
    expect(noticesOf(await storedEntries(store))).toEqual([]);
    expect(told).toEqual([]);
  });

  it('S-091 cannot be made to speak as the service by what a step prints', async () => {
    const { writer, store } = logFixture();
    await writer.output(1, 1, bytes('{"code":"attempt_lost","reason":"x"}\n'));
    await writer.close();
    expect(noticesOf(await storedEntries(store))).toEqual([]);
  });

  it('lets the build go on without a live bus, and counts what viewers must fetch', async () => {
    const liveBus = new MemoryLiveBus();
    liveBus.connected = false;
    const { writer, store } = logFixture({ liveBus });
    await writer.output(1, 1, bytes('stored'));
    expect(await writer.close()).toBe('stored');
    expect(writer.stats()).toMatchObject({ liveFrames: 1, liveFramesDropped: 1 });
    expect(textOf(await storedEntries(store)).toString()).toBe('stored');
  });

  it('makes the engine wait while the archive is stuck, and goes on showing live until then', async () => {
    const { writer, store, liveBus } = logFixture({ limits: { outputBytes: 1e9, pendingBytes: 100_000 } });
    let free = () => {};
    store.beforeAppend = () => new Promise<void>((resolve) => (free = resolve));
    let written = 0;
    const engine = (async () => {
      for (; written < 1_000; written++) await writer.output(1, 1, Buffer.alloc(1_000, 'x'));
    })();
    await until(() => writer.stats().pendingBytes >= 100_000);
    const stuckAt = written;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(written).toBe(stuckAt);
    expect(writer.stats().pendingBytes).toBeLessThan(140_000);
    expect(liveBus.published).toBeGreaterThan(1);
    store.beforeAppend = () => {};
    free();
    await engine;
    await writer.close();
    expect((await store.tail(attemptId)).textBytes).toBe(1_000_000);
  });

  it('S-117 drops everything and tells once when a newer epoch owns the log', async () => {
    const { writer, store, told, liveBus } = logFixture();
    await store.seal(attemptId, 2);
    await writer.output(1, 1, Buffer.alloc(chunkBytes, 'x'));
    await until(() => told.length > 0);
    const published = liveBus.published;
    await writer.output(1, 1, bytes('late'));
    await writer.notice({ code: 'message', text: 'late' });
    expect(await writer.close()).toBe('fenced');
    expect(told).toEqual(['fenced']);
    expect(liveBus.published).toBe(published);
    expect(store.chunks(attemptId)).toHaveLength(0);
  });

  it('leaves readable what was stored when the builder is killed in the middle', async () => {
    const { writer, store } = logFixture();
    await writer.output(1, 1, bytes('before the kill\n'));
    await until(() => store.chunks(attemptId).length === 1);
    await writer.output(1, 1, bytes('lost'));
    writer.abandon();
    const range = await rangeOf(store, 0, 1_000);
    expect(textOf(range.entries).toString()).toBe('before the kill\n');
    expect(range).toMatchObject({ nextN: 1, complete: false });
  });

  it('goes on where another writer stopped', async () => {
    const first = logFixture();
    await first.writer.output(1, 1, bytes('built\n'));
    expect(await first.writer.close({ keepOpen: true })).toBe('stored');
    const start = await first.store.tail(attemptId);
    const second = logFixture({ chunkStore: first.store, start, limits: { outputBytes: 8 } });
    await second.writer.output(2, 1, bytes('signed'));
    await second.writer.close();
    const entries = await storedEntries(first.store);
    expect(entries.map(({ n }) => n)).toEqual([0, 1, 2]);
    expect(textOf(entries).toString()).toBe('built\nsi');
    expect(await first.store.tail(attemptId)).toMatchObject({ lines: 1, textBytes: 8, complete: true });
  });

  it('takes nothing after the close', async () => {
    const { writer } = logFixture();
    await writer.close();
    await expect(writer.output(1, 1, bytes('x'))).rejects.toThrow('the log is closed');
    expect(await writer.close()).toBe('stored');
  });

  it.each([-1, 1.5, Number.NaN])('refuses the step %s', async (step) => {
    await expect(logFixture().writer.output(step, 1, bytes('x'))).rejects.toThrow(RangeError);
  });

  it('refuses a secret that cannot be masked', () => {
    expect(() => logFixture({ secrets: [{ name: 'A', value: 'abc' }] })).toThrow(RangeError);
  });
});
