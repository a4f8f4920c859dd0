import { decodeLogEntries, type LogEntry } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { attemptId, logFixture, storedEntries } from '../spec/log-fixture.js';
import { type Fate, MemoryLiveBus } from '../spec/memory-live-bus.js';
import { seeded } from '../spec/random.js';
import { LogHub } from './read.js';

/** A bus that loses, doubles and reorders frames. */
const hostile = (random: () => number): Fate => {
  return () => {
    const fate = random();
    if (fate < 0.1) return { copies: 0, delay: 0 };
    if (fate < 0.2) return { copies: 2, delay: 0 };
    return { copies: 1, delay: fate < 0.35 ? Math.ceil(random() * 5) : 0 };
  };
};

/** A viewer whose connection breaks again and again, and that comes back with its cursor. */
class Viewer {
  readonly entries: LogEntry[] = [];
  disconnects = 0;
  private complete = false;
  private hub: LogHub | undefined;

  constructor(
    private readonly newHub: () => LogHub,
    private readonly random: () => number,
  ) {}

  async watch(): Promise<void> {
    while (!this.complete) await this.connectOnce();
  }

  /** Sometimes to another gateway, sometimes to the same one. */
  private async connectOnce(): Promise<void> {
    if (this.hub === undefined || this.random() < 0.5) {
      this.hub?.close();
      this.hub = this.newHub();
    }
    const connection = new AbortController();
    const events = Math.ceil(this.random() * 3);
    // A viewer that only waits is cut off, too.
    const timer = setTimeout(() => connection.abort(), this.random() * 4);
    await this.take(events, connection);
    clearTimeout(timer);
    this.disconnects++;
  }

  private async take(events: number, connection: AbortController): Promise<void> {
    let left = events;
    const nextN = (this.entries.at(-1)?.n ?? -1) + 1;
    for await (const event of this.hub!.follow(attemptId, nextN, connection.signal)) {
      if (event.kind === 'frame') this.entries.push(...decodeLogEntries(event.bytes));
      if (event.kind === 'complete') this.complete = true;
      if (--left === 0) connection.abort();
    }
  }
}

describe('R4 the whole log road', () => {
  it.each([1, 2])(
    'gives a viewer that is cut off 1,000 times exactly the stored log (seed %i)',
    async (seed) => {
      const random = seeded(seed);
      const liveBus = new MemoryLiveBus(hostile(random));
      const { writer, store } = logFixture({ liveBus, secrets: [{ name: 'KEY', value: 'hunter2hunter2' }] });
      const viewer = new Viewer(() => new LogHub({ store, bus: liveBus, recentBytes: 30_000 }), random);
      const trusting: LogEntry[] = [];
      liveBus.subscribe(attemptId, (frame) => trusting.push(...decodeLogEntries(frame)));
      const watching = viewer.watch();
      for (let line = 0; viewer.disconnects < 1_000; line++) {
        const step = 1 + (line % 3);
        const text = `${line} hunter2hunter2 ${'.'.repeat(random() * 400)}\0\xff\n`;
        await writer.output(step, random() < 0.5 ? 1 : 2, Buffer.from(text, 'latin1'));
        if (random() < 0.2) await new Promise((resolve) => setTimeout(resolve, random() * 3));
      }
      await writer.close();
      await watching;
      const stored = await storedEntries(store);
      expect(viewer.entries.map(({ n }) => n)).toEqual(stored.map(({ n }) => n));
      expect(viewer.entries.every((entry, index) => Buffer.compare(entry.data, stored[index]!.data) === 0)).toBe(true);
      // The bus is bad enough: who trusts it alone has another log.
      expect(trusting.map(({ n }) => n)).not.toEqual(stored.map(({ n }) => n));
      expect(stored.some(({ data }) => Buffer.from(data).includes('hunter2'))).toBe(false);
    },
    60_000,
  );
});
