import { Database, SweepRepository } from '@cooperage/db';
import { asDatabaseRole } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildBench } from '../../spec/build-bench.js';

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/** A builder that was taken over keeps transactions open, and what others need in them. */
describe('R-M9 sessions of a builder that was taken over', () => {
  let bench: BuildBench;
  let control: Database;
  let sweeps: SweepRepository;
  let attemptId: string;
  const owner = () => bench.world.db.prisma;
  /** Lets the session go on. */
  let over: PromiseWithResolvers<void>;

  beforeAll(async () => {
    bench = await BuildBench.openAsBuilder();
    control = new Database({
      url: asDatabaseRole(bench.world.url, 'control'),
      poolSize: 1,
      applicationName: 'control',
    });
    sweeps = new SweepRepository(control);
  });
  afterAll(async () => {
    await control.close();
    await bench.close();
  });
  beforeEach(async () => {
    over = Promise.withResolvers();
    await bench.begin();
    ({ attemptId } = await bench.dispatch());
    expect(await bench.attempts.claim(attemptId, bench.instanceId, 'b', 60_000)).not.toBeNull();
  });
  afterEach(() => bench.end());

  /** @returns once the transaction has begun and done its work; what becomes of it */
  async function hold(work: (tx: Transaction) => Promise<unknown>): Promise<{ readonly end: Promise<unknown> }> {
    const isHeld = Promise.withResolvers<void>();
    const end = bench.builderDb.prisma.$transaction(
      async (tx) => {
        await work(tx);
        isHeld.resolve();
        await over.promise;
        await tx.$queryRaw`SELECT 1`;
      },
      { timeout: 60_000 },
    );
    end.catch(() => undefined);
    await Promise.race([isHeld.promise, end]);
    return { end };
  }

  it('hold no row for longer than control lets them', async () => {
    const { end } = await hold(async (tx) =>
      expect(await tx.$queryRaw`SELECT 1 FROM attempt FOR UPDATE`).toHaveLength(1),
    );
    expect(await sweeps.endBuilderTransactions(60_000)).toBe(0);
    expect(await sweeps.endBuilderTransactions(0)).toBe(1);
    over.resolve();
    await expect(end).rejects.toThrow();
    expect(await bench.attempts.heartbeat([attemptId], bench.instanceId, 60_000)).toEqual(
      new Map([[attemptId, 'go_on']]),
    );
    await expect(bench.builderDb.prisma.$queryRaw`SELECT end_builder_transactions(interval '0')`).rejects.toThrow(
      /permission denied/,
    );
  });

  it('R20C-2 hold no more than some hundreds of locks, whose table all share', async () => {
    const holding = hold(async (tx) => {
      for (let at = 0; at < 600; at++) {
        await tx.$executeRaw`SAVEPOINT s`;
        await tx.$executeRaw`UPDATE process_instance SET heartbeat_at = now()`;
      }
    });
    // Any control of this server ends it, whichever database is its own: that of another test may be the first.
    const held = await holding.catch((error: unknown) => {
      expect(String(error)).toContain('terminating connection');
      return null;
    });
    await sweeps.endBuilderTransactions(60_000);
    over.resolve();
    if (held) await expect(held.end).rejects.toThrow();
  });

  it('R17A-2 keep no transaction for long while the queue of notifications fills up', async () => {
    const longest = async (usage: number) =>
      owner().$queryRaw`SELECT longest_builder_transaction(interval '60 s', ${usage}::float8)::text AS age`;
    expect(await longest(0.1)).toEqual([{ age: '00:01:00' }]);
    expect(await longest(0.11)).toEqual([{ age: '00:00:01' }]);
    // The queue has 8 GB. Here it counts as full from the beginning.
    const text = "SELECT interval '0' WHERE queue_usage >= 0 AND older_than = interval '60 s'";
    await owner().$executeRawUnsafe(
      `CREATE OR REPLACE FUNCTION longest_builder_transaction(older_than interval, queue_usage double precision) RETURNS interval LANGUAGE sql AS $$ ${text} $$`,
    );
    const { end } = await hold((tx) => tx.$queryRaw`SELECT 1`);
    expect(await sweeps.endBuilderTransactions(60_000)).toBe(1);
    over.resolve();
    await expect(end).rejects.toThrow();
  });
});
