import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../logger/logger.js';
import { createMetrics } from '../metrics/metrics.js';
import { type HealthServer, startHealthServer } from './health-server.js';
import { type ReadinessCheck, readiness, SaidOpenly } from './readiness.js';

const version = { version: '1.2.3', commit: 'abc', builtAt: null, schemaVersion: null };
const part = (name: string, required: boolean, check: ReadinessCheck['check']) => ({ name, required, check });
const answers = async () => {};
const fails = async () => {
  throw new Error('connect to 10.0.0.1 failed');
};

let server: HealthServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(checks: readonly ReadinessCheck[]) {
  const logger = createLogger({ process: 'test', level: 'silent' });
  const metrics = createMetrics(version);
  server = await startHealthServer({ host: '127.0.0.1', port: 0, version, checks, metrics, logger });
  const base = `http://127.0.0.1:${server.port}`;
  return (path: string, init?: RequestInit) => fetch(base + path, init);
}

describe('the health server', () => {
  it('answers each address', async () => {
    const get = await start([part('database', true, answers)]);
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await get('/readyz?x=1')).json()).toEqual({ status: 'ready', degraded: [] });
    expect(await (await get('/version')).json()).toEqual(version);
    expect(await (await get('/metrics')).text()).toContain('cooperage_build_info');
    expect((await get('/healthz', { method: 'HEAD' })).status).toBe(200);
  });

  it('refuses other addresses and methods', async () => {
    const get = await start([]);
    expect((await get('/')).status).toBe(404);
    expect((await get('/healthz', { method: 'POST' })).status).toBe(405);
  });

  it('is not ready without a required part, degraded without another, and says no reason', async () => {
    const get = await start([part('database', true, fails), part('engine', false, fails)]);
    const answer = await get('/readyz');
    expect([answer.status, await answer.text()]).toEqual([
      503,
      '{"status":"not ready","degraded":["database","engine"]}',
    ]);
    expect((await get('/healthz')).status).toBe(200);
  });

  it('R-W1 says a reason that was made for everybody', async () => {
    const says = async () => {
      throw new SaidOpenly('The loop “publish” has taken nothing for 14 s.');
    };
    const get = await start([part('loops', true, says), part('engine', false, fails)]);
    const answer = await get('/readyz');
    expect([answer.status, await answer.json()]).toEqual([
      503,
      {
        status: 'not ready',
        degraded: ['loops', 'engine'],
        reasons: { loops: 'The loop “publish” has taken nothing for 14 s.' },
      },
    ]);
  });

  it('says when its address is taken', async () => {
    await start([]);
    const logger = createLogger({ process: 'test', level: 'silent' });
    const options = {
      host: '127.0.0.1',
      port: server!.port,
      version,
      checks: [],
      metrics: createMetrics(version),
      logger,
    };
    await expect(startHealthServer(options)).rejects.toThrow('EADDRINUSE');
  });
});

describe('readiness', () => {
  it('needs required parts only', async () => {
    expect(await readiness([part('a', true, answers), part('b', false, fails)])).toEqual({
      ready: true,
      degraded: ['b'],
    });
  });

  it('does not wait for a part that hangs', async () => {
    const failures: string[] = [];
    const hangs = part('a', true, () => new Promise(() => {}));
    const result = await readiness([hangs], (name, error) => failures.push(`${name}: ${String(error)}`), 20);
    expect(result).toEqual({ ready: false, degraded: ['a'] });
    expect(failures).toEqual(['a: Error: no answer in 20 ms']);
  });
});
