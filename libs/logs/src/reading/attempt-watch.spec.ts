import { encodeLogEntries } from '@cooperage/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attemptId, entriesOf, logFixture, noticesOf, textOf, until } from '../../spec/log-fixture.js';
import type { ChunkStore, LiveBus, OnFrame } from '../ports.js';
import { AttemptWatch } from './attempt-watch.js';
import { LogHub } from './log-hub.js';
import type { LogEvent } from './viewer-feed.js';

const entry = (n: number, bytes: number) => encodeLogEntries([textEntry(n, bytes)]);
const textEntry = (n: number, bytes: number) =>
  ({ n, atMs: 0, kind: 'text', step: 1, stream: 1, data: Buffer.alloc(bytes, 'x') }) as const;

let send: OnFrame;
let asked: number;
let watch: AttemptWatch;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  asked = 0;
  const subscribe = (_: string, onFrame: OnFrame) => {
    send = onFrame;
    return () => undefined;
  };
  const tail = async () => {
    asked++;
    return { nextN: 0, complete: false };
  };
  watch = new AttemptWatch(attemptId, {
    bus: { subscribe } as unknown as LiveBus,
    store: { tail } as unknown as ChunkStore,
    recentBytes: 1_000_000_000,
    onError: (error) => expect.unreachable(String(error)),
  });
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('R17C-7 frames of a builder that sends what it likes', () => {
  it('are not copied when they are longer than those of a writer, and the archive is asked', async () => {
    await vi.advanceTimersByTimeAsync(100);
    const copies = vi.spyOn(Uint8Array, 'from');
    const before = asked;
    send(entry(0, 300_000));
    expect(copies).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(30);
    expect([watch.recent.nextN, asked]).toEqual([0, before + 1]);
    send(entry(0, 200_000));
    await vi.advanceTimersByTimeAsync(100);
    expect(watch.recent.nextN).toBe(1);
  });

  it.each([
    ['large', 200_000],
    ['small', 1],
  ])('are read up to 8 MiB in a second: %s ones', async (_what, bytes) => {
    const copies = vi.spyOn(Uint8Array, 'from');
    const most = Math.ceil(8_388_608 / (4_096 + bytes));
    for (let n = 0; n < 3 * most; n++) send(entry(n, bytes));
    expect(copies.mock.calls.length).toBeGreaterThan(most - 10);
    expect(copies.mock.calls.length).toBeLessThanOrEqual(most);
    await vi.advanceTimersByTimeAsync(1_000);
    const known = watch.recent.nextN;
    send(entry(3 * most, bytes));
    await vi.advanceTimersByTimeAsync(200);
    expect(known).toBe(copies.mock.calls.length - 1);
    expect(watch.recent.nextN).toBe(3 * most + 1);
  });

  it('do not make the archive be asked all the time', async () => {
    const before = asked;
    for (let at = 0; at < 3_000; at++) {
      send(new Uint8Array());
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(asked - before).toBeGreaterThan(40);
    expect(asked - before).toBeLessThanOrEqual(80);
  });
});

it('R17C-7 a viewer gets everything of a log that prints more in a second than is read of its frames', async () => {
  vi.useRealTimers();
  const { writer, store, liveBus } = logFixture();
  const hub = new LogHub({ store, bus: liveBus });
  const seen: LogEvent[] = [];
  const end = (async () => {
    for await (const event of hub.follow(attemptId, 0, new AbortController().signal)) seen.push(event);
  })();
  await until(() => liveBus.subscriptions(attemptId) === 1);
  const parts = Array.from({ length: 800 }, (_, at) => Buffer.alloc(16_000, at % 251));
  for (const part of parts) await writer.output(1, 1, part);
  await writer.close();
  await end;
  expect(textOf(entriesOf(seen)).equals(Buffer.concat(parts))).toBe(true);
  hub.close();
});

it('R17C-7 a writer sends no frame that is too long to be read, and its viewers get the entry from the archive', async () => {
  vi.useRealTimers();
  const { writer, store, liveBus } = logFixture();
  const sent = vi.spyOn(liveBus, 'publish');
  const viewer = new LogHub({ store, bus: liveBus }).follow(attemptId, 0, new AbortController().signal);
  const first = viewer.next();
  await writer.notice({ code: 'message', text: 'x'.repeat(300_000) });
  const { value } = await first;
  expect(noticesOf(entriesOf([value as LogEvent]))).toEqual([{ code: 'message', text: 'x'.repeat(300_000) }]);
  expect(sent.mock.calls.map(([, frame]) => frame.length)).toEqual([0]);
  await viewer.return(undefined);
  writer.abandon();
});
