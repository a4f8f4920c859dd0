import { describe, expect, it } from 'vitest';
import { StatementTimeouts } from './statement-timeouts.js';

/** A database whose next write takes `writeMs` milliseconds; null if it fails. */
class SlowDatabase {
  writeMs: number | null = 10;
  readonly notes: string[] = [];
  private now = 0;
  readonly timeouts = new StatementTimeouts({ markSlow: (_id, note) => this.write(note) }, () => this.now);

  /** @param during what happens during the try. @returns whether the timeout counts */
  timeOut(deliveryId: string, during: () => void = () => undefined): Promise<boolean> {
    const since = this.timeouts.startTry(deliveryId);
    during();
    return this.timeouts.countsAsFailure(deliveryId, since);
  }

  succeed(deliveryId = 'other'): void {
    this.timeouts.recordSuccess(deliveryId);
  }

  private async write(note: string): Promise<void> {
    if (this.writeMs === null) throw new Error('statement timeout');
    this.now += this.writeMs;
    this.notes.push(note);
  }
}

describe('V13-S1 a statement timeout of an evaluation', () => {
  it('does not count while no delivery is evaluated, and each delivery has a note', async () => {
    const database = new SlowDatabase();
    for (let round = 0; round < 20; round++)
      for (const delivery of ['a', 'b', 'c']) expect(await database.timeOut(delivery)).toBe(false);
    expect(database.notes).toHaveLength(60);
    expect(new Set(database.notes)).toEqual(new Set([expect.stringContaining('database took too long')]));
  });

  it('counts once after successes of other deliveries', async () => {
    const database = new SlowDatabase();
    database.succeed();
    expect(await database.timeOut('a')).toBe(false);
    database.succeed();
    database.succeed();
    expect(await database.timeOut('a')).toBe(true);
    expect(await database.timeOut('a')).toBe(false);
  });

  it('counts when another delivery is evaluated during the first try', async () => {
    const database = new SlowDatabase();
    expect(await database.timeOut('a', () => database.succeed())).toBe(true);
  });

  it('counts for each of several expensive deliveries when one other delivery is evaluated in each round', async () => {
    const database = new SlowDatabase();
    const expensive = ['a', 'b', 'c'];
    for (const delivery of expensive) await database.timeOut(delivery);
    for (let round = 0; round < 12; round++) {
      database.succeed(`other ${round}`);
      for (const delivery of expensive) expect(await database.timeOut(delivery)).toBe(true);
    }
  });

  it.each([1_500, null])(
    'does not count when the write of the note takes %s ms, although others succeed',
    async (ms) => {
      const database = new SlowDatabase();
      database.writeMs = ms;
      expect(await database.timeOut('a', () => database.succeed())).toBe(false);
      database.writeMs = 900;
      expect(await database.timeOut('a', () => database.succeed())).toBe(true);
    },
  );

  it('is not compared with an earlier success of the same delivery', async () => {
    const database = new SlowDatabase();
    await database.timeOut('a');
    database.succeed('a');
    expect(await database.timeOut('a')).toBe(false);
  });

  it('keeps at most 10,000 deliveries in memory', async () => {
    const database = new SlowDatabase();
    await database.timeOut('first');
    for (let at = 0; at < 10_000; at++) await database.timeOut(`d${at}`);
    database.succeed();
    expect(await database.timeOut('first')).toBe(false);
    expect(await database.timeOut('d9999')).toBe(true);
  });

  it('is followed by a pause that grows up to three minutes', async () => {
    const database = new SlowDatabase();
    const pauses: number[] = [];
    for (let timeout = 0; timeout < 20; timeout++) {
      await database.timeOut('a');
      pauses.push(database.timeouts.pauseMs('a'));
    }
    expect(pauses.slice(0, 8)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 180_000]);
    expect(pauses.at(-1)).toBe(180_000);
  });

  it.each([
    ['is committed', (database: SlowDatabase) => database.succeed('a')],
    ['is put back by the git host', ({ timeouts }: SlowDatabase) => timeouts.resetPause('a')],
    ['is given up', ({ timeouts }: SlowDatabase) => timeouts.forget('a')],
  ])('V13B-7 is followed by the first pause again when its delivery %s before', async (_title, end) => {
    const database = new SlowDatabase();
    for (let timeout = 0; timeout < 5; timeout++) await database.timeOut('a');
    end(database);
    await database.timeOut('a');
    expect(database.timeouts.pauseMs('a')).toBe(2_000);
  });

  it('V13B-7 counts successes of other deliveries since its own timeout, although it was put back in between', async () => {
    const database = new SlowDatabase();
    await database.timeOut('a');
    database.succeed();
    database.timeouts.resetPause('a');
    expect(await database.timeOut('a')).toBe(true);
  });
});
