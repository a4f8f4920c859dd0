import { type FreshDatabase, freshDatabase } from '@cooperage/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Database } from './database.js';
import { isDatabaseOutage, isStatementTooLong } from './database-errors.js';

let fresh: FreshDatabase;
let [holder, waiter]: Database[] = [];
beforeAll(async () => {
  fresh = await freshDatabase();
  holder = new Database({ url: fresh.url, poolSize: 1, applicationName: 'holder', statementTimeoutMs: 60_000 });
  waiter = new Database({ url: fresh.url, poolSize: 1, applicationName: 'waiter', statementTimeoutMs: 1_000 });
});
afterAll(async () => {
  await Promise.all([holder, waiter].map((each) => each?.close()));
  await fresh.drop();
});

it('V12B-1 a statement that waits for a lock is none that takes too long', async () => {
  await waiter!.prisma.project.count();
  const error = await holder!.transaction(async (tx) => {
    await tx.$executeRaw`LOCK TABLE project`;
    return waiter!.prisma.project.count().catch((thrown: unknown) => thrown);
  });
  expect([isStatementTooLong(error), isDatabaseOutage(error)]).toEqual([false, true]);
});

it('V12B-1 a statement that works for as long takes too long', async () => {
  const error = await waiter!.prisma.$queryRaw`SELECT pg_sleep(60)::text`.catch((thrown: unknown) => thrown);
  expect([isStatementTooLong(error), isDatabaseOutage(error)]).toEqual([true, false]);
});
