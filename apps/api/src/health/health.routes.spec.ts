import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { currentShare, rememberCallers } from '../http/caller.js';
import { addHealthRoutes, type HealthParts } from './health.routes.js';

/** A server with one store, whose checks end when the test says so. */
function withStore(keptMs?: number) {
  const checks: { readonly share: string; readonly answer: () => void; readonly fail: () => void }[] = [];
  const check = () =>
    new Promise<void>((answer, reject) =>
      checks.push({ share: currentShare(), answer, fail: () => reject(new Error('away')) }),
    );
  const server = fastify();
  rememberCallers(server);
  const others = { version: {}, metrics: {}, principals: {} } as never as Omit<HealthParts, 'checks'>;
  addHealthRoutes(server, { ...others, checks: [{ name: 'database', required: true, check }] }, keptMs);
  return { checks, ready: () => server.inject('/readyz') };
}

describe('the readiness of the API', () => {
  it('R7-A10 is checked once for all requests of some time', async () => {
    const { checks, ready } = withStore(3_600_000);
    const together = Array.from({ length: 100 }, ready);
    await expect.poll(() => checks.length).toBeGreaterThan(0);
    checks[0]!.answer();
    expect((await Promise.all(together)).map(({ statusCode }) => statusCode)).toEqual(Array(100).fill(200));
    expect((await ready()).json()).toEqual({ status: 'ready', degraded: [] });
    expect(checks).toHaveLength(1);
  });

  it('R8-A5 is checked in no share of the one who asks', async () => {
    const { checks, ready } = withStore();
    const answer = ready();
    await expect.poll(() => checks.map(({ share }) => share)).toEqual(['readiness']);
    checks[0]!.answer();
    await answer;
  });

  it('is checked again afterwards', async () => {
    const { checks, ready } = withStore();
    const first = ready();
    await expect.poll(() => checks.length).toBe(1);
    checks[0]!.answer();
    expect((await first).statusCode).toBe(200);
    const later: Promise<unknown>[] = [];
    await expect.poll(() => later.push(ready()) && checks.length).toBe(2);
    checks[1]!.fail();
    expect((await ready()).statusCode).toBe(503);
    await Promise.all(later);
  });
});
