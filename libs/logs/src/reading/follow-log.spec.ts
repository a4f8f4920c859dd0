import { encodeLogEntries } from '@cooperage/domain';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { attemptId, entriesOf, logFixture, noticesOf, storedEntries, textOf, until } from '../../spec/log-fixture.js';
import { MemoryLiveBus } from '../../spec/memory-live-bus.js';
import { endLostLog } from '../write.js';
import { followLog } from './follow-log.js';
import { LogHub } from './log-hub.js';
import type { LogEvent } from './viewer-feed.js';

/** Follows in the background and keeps what comes. */
function view(events: AsyncIterable<LogEvent>) {
  const seen: LogEvent[] = [];
  const end = (async () => {
    for await (const event of events) seen.push(event);
  })();
  return { seen, end, text: () => textOf(entriesOf(seen)).toString() };
}
const never = new AbortController().signal;
afterEach(() => vi.useRealTimers());
const line = (text: string) => Buffer.from(`${text}\n`);

describe('following a log', () => {
  it('gives what is stored, then what comes, then the end', async () => {
    const { writer, store, liveBus } = logFixture();
    await writer.output(1, 1, line('stored'));
    await until(() => store.chunks(attemptId).length === 1);
    const viewer = view(followLog({ store, bus: liveBus, attemptId, fromN: 0, signal: never }));
    await until(() => viewer.text() === 'stored\n');
    await writer.output(1, 1, line('live'));
    await until(() => viewer.text() === 'stored\nlive\n');
    expect(store.chunks(attemptId)).toHaveLength(1);
    await writer.close();
    await viewer.end;
    expect(viewer.seen.at(-1)).toEqual({ kind: 'complete', nextN: 2 });
    expect(viewer.seen.map(({ kind }) => kind)).not.toContain('lagging');
    expect(liveBus.subscriptions(attemptId)).toBe(0);
  });

  it('begins in the middle of a chunk and of a live frame', async () => {
    const { writer, store, liveBus } = logFixture();
    for (const text of ['a', 'b', 'c']) await writer.output(1, 1, line(text));
    await until(() => store.chunks(attemptId).length === 1);
    const hub = new LogHub({ store, bus: liveBus });
    const stop = new AbortController();
    const first = view(hub.follow(attemptId, 1, stop.signal));
    await until(() => first.text() === 'b\nc\n');
    for (const text of ['d', 'e', 'f']) await writer.output(1, 1, line(text));
    await until(() => first.text().endsWith('f\n'));
    const second = view(hub.follow(attemptId, 5, stop.signal));
    await until(() => second.text() === 'f\n');
    stop.abort();
    await Promise.all([first.end, second.end]);
    hub.close();
    writer.abandon();
  });

  it('ends at once for a log that is complete', async () => {
    const { writer, store, liveBus } = logFixture();
    await writer.output(1, 1, line('all'));
    await writer.close();
    const viewer = view(followLog({ store, bus: liveBus, attemptId, fromN: 1, signal: never }));
    await viewer.end;
    expect(viewer.seen).toEqual([{ kind: 'complete', nextN: 1 }]);
  });

  it('ends with the writer, without waiting until the archive is asked again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { writer, store, liveBus } = logFixture();
    const viewer = view(followLog({ store, bus: liveBus, attemptId, fromN: 0, signal: never }));
    await writer.output(1, 1, line('live'));
    await until(() => viewer.text() === 'live\n');
    await writer.close();
    await viewer.end;
    expect(viewer.seen.at(-1)?.kind).toBe('complete');
  });

  it('goes on without the bus: what is stored arrives a little later', async () => {
    const liveBus = new MemoryLiveBus();
    const { writer, store } = logFixture({ liveBus });
    const viewer = view(followLog({ store, bus: liveBus, attemptId, fromN: 0, signal: never }));
    await writer.output(1, 1, line('before'));
    await until(() => viewer.text() === 'before\n');
    liveBus.connected = false;
    await writer.output(1, 1, line('unheard'));
    await writer.close();
    await viewer.end;
    expect(viewer.text()).toBe('before\nunheard\n');
  });

  it('goes on when the archive was away', async () => {
    const { writer, store, liveBus } = logFixture();
    await writer.output(1, 1, line('stored'));
    await writer.close();
    const errors: unknown[] = [];
    store.beforeRead = () => Promise.reject(new Error('away'));
    const onError = (error: unknown) => errors.push(error);
    const viewer = view(followLog({ store, bus: liveBus, attemptId, fromN: 0, signal: never, onError }));
    await until(() => errors.length > 1);
    store.beforeRead = () => {};
    await viewer.end;
    expect(viewer.text()).toBe('stored\n');
  });

  it('stops when it is aborted, at rest and while it waits for the archive', async () => {
    const { store, liveBus } = logFixture();
    const stop = new AbortController();
    const resting = view(followLog({ store, bus: liveBus, attemptId, fromN: 0, signal: stop.signal }));
    const ahead = view(followLog({ store, bus: liveBus, attemptId, fromN: 0, signal: stop.signal }));
    await until(() => liveBus.subscriptions(attemptId) === 2);
    const data = Buffer.from('x');
    liveBus.publish(attemptId, encodeLogEntries([{ n: 7, atMs: 0, kind: 'text', step: 1, stream: 1, data }]));
    await until(() => store.reads > 0);
    stop.abort();
    await Promise.all([resting.end, ahead.end]);
    expect([...resting.seen, ...ahead.seen]).toEqual([]);
    expect(liveBus.subscriptions(attemptId)).toBe(0);
  });

  it('S-099 takes a broken frame for a hint and nothing more', async () => {
    const { writer, store, liveBus } = logFixture();
    const viewer = view(followLog({ store, bus: liveBus, attemptId, fromN: 0, signal: never }));
    liveBus.publish(attemptId, Buffer.from('broken'));
    await writer.output(1, 1, line('whole'));
    await writer.close();
    await viewer.end;
    expect(viewer.text()).toBe('whole\n');
  });
});

describe('a viewer of a lost attempt', () => {
  it('that saw more than was stored still gets the notice, and the end', async () => {
    const { writer, store, liveBus } = logFixture();
    const viewer = view(followLog({ store, bus: liveBus, attemptId, fromN: 0, signal: never }));
    await writer.output(1, 1, line('stored'));
    await until(() => store.chunks(attemptId).length === 1);
    await writer.output(1, 1, line('only live'));
    await until(() => viewer.text() === 'stored\nonly live\n');
    writer.abandon();
    await endLostLog({ attemptId, epoch: 2, atMs: 900, reason: 'lost', chunkStore: store, liveBus });
    await viewer.end;
    expect(noticesOf(entriesOf(viewer.seen))).toEqual([{ code: 'attempt_lost', reason: 'lost' }]);
    expect(textOf(await storedEntries(store)).toString()).toBe('stored\n');
  });

  it('ends although frames of the fenced worker still come in', async () => {
    const { writer, store, liveBus } = logFixture();
    await store.seal(attemptId, 2);
    const viewer = view(followLog({ store, bus: liveBus, attemptId, fromN: 0, signal: never }));
    void writer.output(1, 1, line('never stored'));
    await viewer.end;
    expect(viewer.seen.at(-1)?.kind).toBe('complete');
    writer.abandon();
  });
});

describe('viewers of one log', () => {
  it('share one subscription and the reads of the archive', async () => {
    const { writer, store, liveBus } = logFixture();
    await writer.output(1, 1, Buffer.alloc(300_000, 'x'));
    await until(() => store.chunks(attemptId).length >= 4);
    const hub = new LogHub({ store, bus: liveBus });
    const viewers = Array.from({ length: 50 }, () => view(hub.follow(attemptId, 0, never)));
    await until(() => viewers.every(({ seen }) => seen.length > 0));
    expect(liveBus.subscriptions(attemptId)).toBe(1);
    expect(store.reads).toBeLessThan(5);
    await writer.close();
    await Promise.all(viewers.map(({ end }) => end));
    for (const viewer of viewers) expect(viewer.text()).toHaveLength(300_000);
    expect(hub.attempts).toBe(1);
    hub.close();
    expect(liveBus.subscriptions(attemptId)).toBe(0);
  });

  it('get the very same bytes: a frame is encoded once for all', async () => {
    const { writer, store, liveBus } = logFixture();
    const hub = new LogHub({ store, bus: liveBus });
    const [one, other] = [view(hub.follow(attemptId, 0, never)), view(hub.follow(attemptId, 0, never))];
    await until(() => liveBus.subscriptions(attemptId) === 1);
    await writer.output(1, 1, line('once'));
    await until(() => one.seen.length > 0 && other.seen.length > 0);
    const [first, second] = [one.seen[0]!, other.seen[0]!];
    expect(first.kind === 'frame' && second.kind === 'frame' && first.bytes === second.bytes).toBe(true);
    await writer.close();
    await Promise.all([one.end, other.end]);
    hub.close();
  });

  it('do not wait for a slow one, which is told once that it lags and then gets everything', async () => {
    const { writer, store, liveBus } = logFixture();
    const hub = new LogHub({ store, bus: liveBus, recentBytes: 100_000 });
    const slow = hub.follow(attemptId, 0, never);
    const quick = view(hub.follow(attemptId, 0, never));
    const seen: LogEvent[] = [];
    const first = slow.next();
    await writer.output(1, 1, line('begin'));
    seen.push((await first).value as LogEvent);
    for (let part = 0; part < 100; part++) await writer.output(1, 1, Buffer.alloc(20_000, part % 256));
    await writer.close();
    await quick.end;
    for await (const event of slow) seen.push(event);
    expect(seen.filter(({ kind }) => kind === 'lagging')).toHaveLength(1);
    expect(textOf(entriesOf(seen)).equals(textOf(await storedEntries(store)))).toBe(true);
    expect(textOf(entriesOf(quick.seen)).equals(textOf(entriesOf(seen)))).toBe(true);
    hub.close();
  });

  it('come back cheaply: a left log is watched a little longer', async () => {
    const { writer, store, liveBus } = logFixture();
    const hub = new LogHub({ store, bus: liveBus, lingerMs: 20 });
    const stop = new AbortController();
    const viewer = view(hub.follow(attemptId, 0, stop.signal));
    await until(() => liveBus.subscriptions(attemptId) === 1);
    await writer.output(1, 1, line('seen'));
    await until(() => viewer.text() === 'seen\n');
    stop.abort();
    await viewer.end;
    await writer.output(1, 1, line('meanwhile'));
    const again = new AbortController();
    const back = view(hub.follow(attemptId, 1, again.signal));
    await until(() => back.text() === 'meanwhile\n');
    expect(store.reads).toBe(0);
    again.abort();
    await back.end;
    await until(() => hub.attempts === 0);
    expect(liveBus.subscriptions(attemptId)).toBe(0);
    writer.abandon();
  });
});
