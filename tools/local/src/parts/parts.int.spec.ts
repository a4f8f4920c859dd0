import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseImages } from '../base-images/base-images.ts';
import { readJson, writeJson } from '../files/atomic-file.ts';
import { attempt } from '../processes/command.ts';
import { identify, type ProcessIdentity, readPidFile } from '../processes/process-identity.ts';
import { createSpecInstance } from '../test-services/spec-instance.ts';
import { httpAnswer, impostor, POSTGRES_ANSWER, REDIS_ANSWER } from '../testing/impostor.ts';
import { findTools } from '../toolchain/find-tools.ts';
import type { Tools } from '../toolchain/tools.ts';
import type { Instance } from './instance.ts';
import { PartKeeper } from './part-keeper.ts';
import { EmbeddedPostgres } from './postgres/postgres.ts';
import { EmbeddedRedis } from './redis/redis.ts';
import { EmbeddedRegistry } from './registry/registry.ts';
import { ensureTokenKey } from './registry/token-key.ts';

let instance: Instance;
let tools: Tools;

beforeAll(async () => {
  instance = createSpecInstance();
  tools = await findTools();
});
afterAll(() => rmSync(instance.folder, { recursive: true, force: true }));

describe('embedded PostgreSQL', () => {
  it('keeps committed rows over a kill, and is adopted by another launcher', async () => {
    const { adminUrl } = await new EmbeddedPostgres(instance).start();
    await query(adminUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const server = running('postgres');
    expect(await new EmbeddedPostgres(instance).start()).toEqual({ adminUrl });
    expect(running('postgres')).toEqual(server);

    process.kill(server.pid, 'SIGKILL');
    await new EmbeddedPostgres(instance).start();
    expect(running('postgres')).not.toEqual(server);
    expect(await query(adminUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await new EmbeddedPostgres(instance).stop();
    expect(identify(server.pid)).toBeUndefined();
    expect(readPidFile(instance.pidFile('postgres'))).toBeUndefined();
  });

  it('asks for the password and writes durably', async () => {
    const part = new EmbeddedPostgres(instance);
    const { adminUrl } = await part.start();
    const wrong = new URL(adminUrl);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect(await query(adminUrl, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    await part.stop();
  });
});

describe('another process at the port of a part that runs', () => {
  it('R6-A5 is not taken for PostgreSQL and is sent no password: the server starts anew at another port', async () => {
    await new EmbeddedPostgres(instance).start();
    const server = running('postgres');
    const other = await impostor(POSTGRES_ANSWER);
    const ports = readJson<Record<string, number>>(instance.file('ports.json'));
    writeJson(instance.file('ports.json'), { ...ports, postgres: other.port });
    const { adminUrl } = await new EmbeddedPostgres(instance).start();
    expect(new URL(adminUrl).port).not.toBe(String(other.port));
    expect(running('postgres')).not.toEqual(server);
    expect(await query(adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(other.heard()).toBe('');
    other.close();
    await new EmbeddedPostgres(instance).stop();
  });

  it('R6-A5 is not taken for Redis or the registry, and is sent no password', async () => {
    const others = [await impostor(REDIS_ANSWER), await impostor(httpAnswer(''))] as const;
    const parts = [new EmbeddedRedis(instance, tools), new EmbeddedRegistry(instance, tools, 'open-registry')];
    for (const part of parts) await part.start();
    const settings = ['redis.conf', 'open-registry.yml'].map((name) => instance.file('settings', name));
    const ports = readJson<Record<string, number>>(instance.file('ports.json'))!;
    // As if both had been given these ports: the settings are the same, the servers listen elsewhere.
    for (const [index, name] of ['redis', 'open-registry'].entries()) {
      const file = settings[index]!;
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(String(ports[name]), String(others[index]!.port)));
    }
    writeJson(instance.file('ports.json'), { ...ports, redis: others[0].port, 'open-registry': others[1].port });
    for (const [index, part] of parts.entries()) {
      await expect(part.start()).rejects.toThrow(`Its port ${others[index]!.port} of 127.0.0.1 is taken by process`);
      expect(others[index]!.heard()).toBe('');
    }
    for (const part of parts) await part.stop();
    for (const other of others) other.close();
  });
});

describe('embedded Redis', () => {
  it('is adopted while it runs, and replaced when it was killed', async () => {
    const address = await new EmbeddedRedis(instance, tools).start();
    const first = running('redis');
    expect(await new EmbeddedRedis(instance, tools).start()).toEqual(address);
    expect(running('redis')).toEqual(first);
    process.kill(first.pid, 'SIGKILL');
    expect(await new EmbeddedRedis(instance, tools).start()).toEqual(address);
    await new EmbeddedRedis(instance, tools).stop();
  });
});

describe('embedded registry', () => {
  it('is open without token authentication', async () => {
    const part = new EmbeddedRegistry(instance, tools, 'open-registry');
    const { host } = await part.start();
    expect((await fetch(`http://${host}/v2/`)).status).toBe(200);
    await part.stop();
  });

  it('sends people to its realm with token authentication, and restarts when that changes', async () => {
    const files = { keyFile: instance.file('token.key'), certificateFile: instance.file('token.crt') };
    await ensureTokenKey(files);
    const start = (realm: string) => {
      const token = { realm, service: 'the-service', issuer: 'the-issuer', certificateFile: files.certificateFile };
      return new EmbeddedRegistry(instance, tools, 'registry', { token }).start();
    };
    await start('http://127.0.0.1:1/old');
    const { host } = await start('http://127.0.0.1:1/new');
    const answer = await fetch(`http://${host}/v2/`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="http://127.0.0.1:1/new",service="the-service"');
    await new EmbeddedRegistry(instance, tools, 'registry').stop();
  });
});

describe('the registry of base images', () => {
  const digestOf = (host: string) =>
    attempt(tools.path('crane'), ['digest', '--insecure', `${host}/library/busybox:latest`]);

  it('R6-A4 serves what it was given, takes no write from anybody on the machine, and puts right what was changed', async () => {
    const images = await baseImages(tools);
    const { layout } = images.find(({ reference }) => reference === 'library/busybox:latest')!;
    const { manifests } = readJson<{ manifests: { digest: string }[] }>(path.join(layout, 'index.json'))!;
    const start = () => new EmbeddedRegistry(instance, tools, 'open-registry', { images }).start();
    const { host } = await start();
    expect((await digestOf(host)).stdout.trim()).toBe(manifests[0]!.digest);
    const upload = await fetch(`http://${host}/v2/library/busybox/blobs/uploads/`, { method: 'POST' });
    expect(upload.status).toBe(405);
    const pull = await attempt(tools.path('crane'), [
      'validate',
      '--insecure',
      '--remote',
      `${host}/library/busybox:latest`,
    ]);
    expect(pull).toMatchObject({ code: 0 });
    await new EmbeddedRegistry(instance, tools, 'open-registry').stop();

    // As if somebody had written to it: another image by the same name, and one of another name.
    const repositories = instance.file('open-registry-images', 'docker/registry/v2/repositories/library');
    const current = path.join(repositories, 'busybox/_manifests/tags/latest/current/link');
    writeFileSync(current, `sha256:${'0'.repeat(64)}`);
    cpSync(path.join(repositories, 'busybox'), path.join(repositories, 'node'), { recursive: true });
    await start();
    expect((await digestOf(host)).stdout.trim()).toBe(manifests[0]!.digest);
    expect((await fetch(`http://${host}/v2/library/node/tags/list`)).status).toBe(404);
    await new EmbeddedRegistry(instance, tools, 'open-registry').stop();
  });
});

describe('a launcher that runs on', () => {
  it('R-L1 starts PostgreSQL, Redis and the registry again that were killed, at the same addresses [A3 supervisors]', async () => {
    const parts = [
      new EmbeddedPostgres(instance),
      new EmbeddedRedis(instance, tools),
      new EmbeddedRegistry(instance, tools, 'open-registry'),
    ];
    const kept = await Promise.all(parts.map(async (part) => ({ part, address: await part.start() })));
    const names = ['postgres', 'redis', 'open-registry'];
    const before = names.map(running);
    const said: string[] = [];
    const keeper = new PartKeeper(
      kept,
      (line) => said.push(line),
      () => {},
    );
    keeper.start();
    for (const { pid } of before) process.kill(pid, 'SIGKILL');
    await expect.poll(() => said.filter((line) => line.endsWith('runs again'))).toHaveLength(3);
    await expect.poll(() => keeper.away).toEqual([]);
    for (const [index, name] of names.entries()) expect(running(name)).not.toEqual(before[index]);
    expect(said.filter((line) => line.includes('another address'))).toEqual([]);
    await keeper.stop();
    for (const part of parts) await part.stop();
  });
});

function running(name: string): ProcessIdentity {
  const found = readPidFile(instance.pidFile(name));
  if (!found) throw new Error(`${name} does not run`);
  return found;
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
