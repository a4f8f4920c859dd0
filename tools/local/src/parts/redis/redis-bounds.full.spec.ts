import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readComposeFile } from '../../compose/compose-model.ts';
import { createSpecInstance } from '../../test-services/spec-instance.ts';
import { findTools } from '../../toolchain/find-tools.ts';
import type { Tools } from '../../toolchain/tools.ts';
import type { Instance } from '../instance.ts';
import { PartKeeper } from '../part-keeper.ts';
import type { BuilderPool } from './builder-user.ts';
import { EmbeddedRedis } from './redis.ts';

const keyOf = (pool: BuilderPool) => `bull:run-build-${pool}-one:mine`;
const endless = (key: string) => ['EVAL', "redis.call('set', KEYS[1], 1) while true do end", '1', key];
const hungry = ['EVAL', "local t = {} for i = 1, 1e4 do t[i] = string.rep('x', 3e7 + i) end", '0'];

describe('R2-H6 Redis, of which an untrusted builder was taken over,', () => {
  let instance: Instance;
  let tools: Tools;
  const cleanUp: (() => unknown)[] = [];
  beforeAll(async () => {
    instance = createSpecInstance();
    tools = await findTools();
  });
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });
  afterAll(() => rmSync(instance.folder, { recursive: true, force: true }));

  const environment = () => ({ ...tools.environment(), REDISCLI_AUTH: undefined });
  const ask = (url: string, ...command: string[]) => {
    const parameters = ['--no-auth-warning', '-u', url.replace('//:', '//default:'), ...command];
    return spawnSync(tools.path('redis-cli'), parameters, { env: environment(), timeout: 2000 })
      .stdout.toString()
      .trim();
  };
  const askForEver = (url: string, pool: BuilderPool) => {
    const parameters = ['--no-auth-warning', '-u', url, ...endless(keyOf(pool))];
    const asking = spawn(tools.path('redis-cli'), parameters, { env: environment(), stdio: 'ignore' });
    cleanUp.push(() => asking.kill('SIGKILL'));
  };

  it('is started again by the launcher when a script of it does not end', async () => {
    const part = new EmbeddedRedis(instance, tools, 'trusted', { memory: 64, silentMs: 1000 });
    const address = await part.start();
    cleanUp.push(() => part.stop());
    expect(ask(address.url, 'SET', 'kept', 'yes')).toBe('OK');
    const said: string[] = [];
    const keeper = new PartKeeper(
      [{ part, address }],
      (line) => said.push(line),
      () => {},
    );
    keeper.start();
    cleanUp.push(() => keeper.stop());
    askForEver(address.builderUrl!, 'trusted');
    await expect.poll(() => said).toContain('Redis runs again');
    expect(ask(address.url, 'GET', 'kept')).toBe('yes');
  });

  const fill = (url: string, pool: BuilderPool) =>
    Array.from({ length: 12 }, (_, n) => ask(url, 'SETRANGE', `${keyOf(pool)}${n}`, String(8 * 1024 * 1024), 'x'));

  it('R2-H-6 costs the trusted pool nothing, whatever it runs and writes', async () => {
    const ours = new EmbeddedRedis(instance, tools);
    const other = new EmbeddedRedis(instance, tools, 'strangers', { memory: 64, silentMs: 1 });
    const [{ url, builderUrl }, hostile] = await Promise.all([ours.start(), other.start()]);
    cleanUp.push(
      () => ours.stop(),
      () => other.stop(),
      // It is known to be stuck then, and killed.
      () => other.isRunning().then(() => other.isRunning()),
    );
    expect(ask(hostile.url, 'CONFIG', 'GET', 'appendonly')).toBe('appendonly\nno');
    expect(fill(hostile.builderUrl!, 'strangers').at(-1)).toMatch(/OOM/);
    expect(ask(builderUrl!, 'LPUSH', keyOf('trusted'), 'a job')).toBe('1');
    expect(ask(hostile.url, 'FLUSHALL')).toBe('OK');
    askForEver(hostile.builderUrl!, 'strangers');
    await expect.poll(() => ask(hostile.url, 'PING')).not.toBe('PONG');
    expect(ask(url, 'SET', 'sessions', 'go on')).toBe('OK');
    expect(ask(builderUrl!, 'LPUSH', keyOf('trusted'), 'another')).toBe('2');
    expect(ask(url, 'FLUSHALL')).toBe('OK');
    // Nor has a builder a login at the other one.
    const { port } = new URL(url);
    const stranger = new URL(hostile.builderUrl!);
    stranger.port = port;
    expect(ask(stranger.href, 'PING')).not.toBe('PONG');
  });

  it('R2-H-6 gives a script no more memory than it has itself', async () => {
    const part = new EmbeddedRedis(instance, tools, 'strangers', { memory: 16, silentMs: 10_000 });
    const { builderUrl } = await part.start();
    cleanUp.push(() => part.stop());
    const parameters = ['--no-auth-warning', '-u', builderUrl!, ...hungry];
    const { stdout } = spawnSync(tools.path('redis-cli'), parameters, { env: environment() });
    expect(stdout.toString()).toMatch(/not enough memory/);
  });

  it('refuses what does not fit, and lives', async () => {
    const part = new EmbeddedRedis(instance, tools, 'trusted', { memory: 64, silentMs: 10_000 });
    const { url, builderUrl } = await part.start();
    cleanUp.push(() => part.stop());
    const answers = fill(builderUrl!, 'trusted');
    expect(answers[0]).toMatch(/^\d+$/);
    expect(answers.at(-1)).toMatch(/OOM/);
    expect(ask(url, 'PING')).toBe('PONG');
    expect(ask(url, 'FLUSHALL')).toBe('OK');
    expect(ask(url, 'SET', 'next', 'yes')).toBe('OK');
  });

  it('is ended in Docker Compose when it does not answer, and has less memory than its container', async () => {
    const { redis } = (await readComposeFile()).services;
    expect(redis?.restart).toBe('unless-stopped');
    const [shell, flag, text] = redis!.command!;
    expect([shell, flag]).toEqual(['sh', '-c']);
    const port = await instance.ports.free('compose-redis');
    const folder = instance.file('compose-redis');
    mkdirSync(folder, { recursive: true });
    // The same script, beside other servers of this machine, with shorter pauses. Compose writes each $ twice.
    const script = text!
      .replaceAll('$$', '$')
      .replaceAll('/tmp/redis.conf', `${folder}/redis.conf`)
      .replace('dir /data', `dir ${folder}\\nbind 127.0.0.1\\nport ${port}`)
      .replace('sleep 2', 'sleep 0.2')
      .replace('timeout 2 redis-cli ping', `timeout 1 redis-cli -p ${port} ping`);
    const passwords = { ...redis!.environment, REDISCLI_AUTH: 'all', BUILDER_PASSWORD: 'one' } as NodeJS.ProcessEnv;
    const path = `${tools.path('redis-server').replace(/\/[^/]+$/, '')}:${process.env.PATH}`;
    const server = spawn('sh', ['-c', script], {
      ...{ env: { ...tools.environment(), PATH: path, ...passwords }, detached: true, stdio: 'ignore' },
    });
    cleanUp.push(() => {
      try {
        process.kill(-server.pid!, 'SIGKILL');
      } catch {
        // It has ended, as it should.
      }
    });
    const ended = once(server, 'exit');
    const all = `redis://:all@127.0.0.1:${port}`;
    await expect.poll(() => ask(all, 'PING')).toBe('PONG');
    expect(Number(ask(all, 'CONFIG', 'GET', 'maxmemory').split('\n')[1]) * 2).toBe(Number(redis!.mem_limit));
    askForEver(`redis://cooperage-builder:one@127.0.0.1:${port}`, 'trusted');
    expect(await ended).toEqual([137, null]);
  });
});
