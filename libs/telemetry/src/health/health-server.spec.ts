import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../logger/logger.js';
import { createMetrics } from '../metrics/metrics.js';
import { type HealthServer, type HealthServerOptions, startHealthServer } from './health-server.js';
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

async function start(checks: readonly ReadinessCheck[], more: Partial<HealthServerOptions> = {}) {
  const logger = createLogger({ process: 'test', level: 'silent' });
  const metrics = createMetrics(version);
  server = await startHealthServer({ host: '127.0.0.1', port: 0, version, checks, metrics, logger, ...more });
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

describe('R20C-5 the health server, asked by whoever reaches its port', () => {
  const dials: Socket[] = [];
  afterEach(() => {
    for (const socket of dials.splice(0)) socket.destroy();
  });
  const dial = (text = '') => {
    const socket = connect({ host: '127.0.0.1', port: server!.port }).on('error', () => undefined);
    dials.push(socket);
    socket.write(text);
    return socket;
  };
  const head = (path: string, more = 'host: x\r\n') => `GET ${path} HTTP/1.1\r\n${more}\r\n`;
  const textOf = async (socket: Socket) => {
    let text = '';
    for await (const part of socket) text += String(part);
    return text;
  };

  it('looks once at a time for all who ask, and then not again for a second', async () => {
    const [looks, scrapes]: (() => void)[][] = [[], []];
    const waits = (begun: (() => void)[]) => new Promise<void>((resolve) => begun.push(resolve));
    const metrics = {
      expose: async () => {
        await waits(scrapes!);
        return { contentType: 'text/plain', body: 'x 1' };
      },
    };
    const get = await start([part('database', true, () => waits(looks!))], { metrics });
    const answers = ['/readyz', '/metrics'].flatMap((path) => Array.from({ length: 6 }, () => get(path)));
    await expect.poll(() => [looks!.length, scrapes!.length]).toEqual([1, 1]);
    expect((await get('/healthz')).status).toBe(200);
    looks![0]!();
    scrapes![0]!();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array<number>(12).fill(200));
    expect([(await get('/readyz')).status, await (await get('/metrics')).text()]).toEqual([200, 'x 1']);
    expect([looks!.length, scrapes!.length]).toEqual([1, 1]);
  });

  it('looks again later', async () => {
    let looks = 0;
    const get = await start([part('database', true, async () => looks++)]);
    await expect.poll(async () => [(await get('/readyz')).status, looks], { timeout: 5_000 }).toEqual([200, 2]);
  });

  it('has room for few connections, and ends those that ask for nothing or do not read', async () => {
    const get = await start([], { limits: { ownConnections: 4, connectionMs: 1_500 } });
    const idle = Array.from({ length: 20 }, () => dial());
    await expect.poll(() => idle.filter(({ closed }) => !closed).length).toBe(4);
    expect((await get('/healthz')).status).toBe(200);
    const slow = dial('GET / HTTP/1.1\r\nhost: x\r\nx: ');
    await expect.poll(() => [...idle, slow].filter(({ closed }) => !closed), { timeout: 5_000 }).toEqual([]);
  });

  it('answers one request of a connection, and no more that are sent with it', async () => {
    await start([]);
    const one = await textOf(dial(head('/healthz')));
    expect(one).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close/);
    expect(await textOf(dial(head('/healthz').repeat(1_000))).catch(() => '')).toBe('');
    expect(await textOf(dial(head('/healthz', '').repeat(1_000))).catch(() => '')).toBe('');
    expect(await textOf(dial(head('/healthz', 'expect: x\r\n').repeat(1_000))).catch(() => '')).toBe('');
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
