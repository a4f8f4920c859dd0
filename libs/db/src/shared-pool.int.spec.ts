import { AsyncLocalStorage } from 'node:async_hooks';
import { type FreshDatabase, freshDatabase } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from './database.js';
import { isDatabaseUnavailable } from './database-errors.js';

let fresh: FreshDatabase;
let db: Database;
const users = new AsyncLocalStorage<string>();

beforeAll(async () => {
  fresh = await freshDatabase();
  db = new Database({
    url: fresh.url,
    poolSize: 4,
    statementTimeoutMs: 60_000,
    applicationName: 'test',
    user: () => users.getStore() ?? '',
  });
});
afterAll(async () => {
  await db.close();
  await fresh.drop();
});

/** The work as it is requested: a client of Prisma begins it only when someone waits for it. */
const as = <T>(name: string, work: () => PromiseLike<T>): Promise<T> => users.run(name, async () => work());
/** Begins a transaction and leaves it open. @returns once it has begun, what ends it. */
async function begin(name: string): Promise<(error?: Error) => Promise<void>> {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const whole = as(name, () =>
    db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1`;
      begun.resolve();
      await end.promise;
    }),
  );
  whole.catch(begun.reject);
  await begun.promise;
  return async (error) => {
    if (error) end.reject(error);
    else end.resolve();
    await whole.catch((thrown: unknown) => {
      if (thrown !== error) throw thrown;
    });
  };
}

describe('R3-N6 a shared pool', () => {
  it('gives one user half of its connections, and others the rest', async () => {
    const ends = [await begin('a'), await begin('a')];
    let isThird = false;
    const third = begin('a').then((end) => {
      isThird = true;
      return end;
    });
    expect(await as('b', () => db.prisma.$queryRaw`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
    expect(isThird).toBe(false);
    await ends[0]!();
    await (await third)();
    await ends[1]!();
  });

  it('has its connections again after work that failed', async () => {
    for (let times = 0; times < 6; times++) {
      await (await begin('a'))(new Error('of the work'));
      await expect(as('a', () => db.prisma.$queryRaw`SELECT no_such_column`)).rejects.toThrow();
    }
    const ends = [await begin('a'), await begin('a')];
    for (const end of ends) await end();
  });

  it('answers a user who waits too long as a database that is not available', async () => {
    const sleep = () => as('a', () => db.prisma.$queryRaw`SELECT pg_sleep(300)::text`).catch(() => undefined);
    const sleeping = [sleep(), sleep()];
    const refused = await as('a', () => db.prisma.$queryRaw`SELECT 1`).catch((error: unknown) => error);
    expect(isDatabaseUnavailable(refused)).toBe(true);
    await as(
      'b',
      () => db.prisma.$queryRaw`SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'`,
    );
    await Promise.all(sleeping);
    expect(await as('a', () => db.prisma.$queryRaw`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
  });
});
