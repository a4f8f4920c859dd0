import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Me } from '@cooperage/contracts';
import { type BuildRecord, BuildRepository, DrainRepository, ProcessRepository, StepRepository } from '@cooperage/db';
import { encodeLogEntries } from '@cooperage/domain';
import { connectRedis, RedisLiveBus } from '@cooperage/queue';
import { services } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, randomCommit, type TestProject } from '../../spec/api-world.js';
import { freePort } from '../../spec/free-port.js';
import { LivePage, type PageOptions } from '../../spec/live-page.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { waitFor } from '../../spec/wait-for.js';
import { TestWorker } from '../../spec/worker.js';

const maxConnections = 60;

let world: ApiWorld;
let owner: Visitor;
let rival: Visitor;
let acme: string;
let target: TestProject;
let worker: TestWorker;
const pages: LivePage[] = [];

beforeAll(async () => {
  const livePort = await freePort();
  world = await ApiWorld.open({ liveUrl: `http://127.0.0.1:${livePort}` });
  await world.startLive(livePort, { maxConnections });
  owner = await world.owner();
  acme = await organizationOf(owner);
  rival = (await world.stranger(owner)).visitor;
  target = await world.project(owner, acme);
  worker = await TestWorker.start(world);
});
afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});
afterAll(() => world.close());

async function open(visitor: Visitor = owner, options: PageOptions = {}): Promise<LivePage> {
  const page = await LivePage.open(world.origin, { cookie: visitor.cookie, ...options });
  pages.push(page);
  return page;
}
const cancel = (build: BuildRecord) => new BuildRepository(world.database).requestCancel(build.id, 'test');

describe('a handshake', () => {
  it('S-096 from another site, or from nowhere, is refused', async () => {
    for (const origin of ['https://evil.example', `${world.origin}.evil.example`, 'null', null])
      await expect(open(owner, { origin }), String(origin)).rejects.toThrow('websocket error');
  });

  it('S-097 without a session that is valid is refused, and told why', async () => {
    await expect(open(world.anonymous())).rejects.toThrow('unauthenticated');
    await expect(open(owner, { cookie: owner.cookie.replace('=', '=x') })).rejects.toThrow('unauthenticated');
  });

  it('S-103 with a token in the address or the header is refused', async () => {
    const body = { organizationId: acme, name: 'x', scopes: ['read', 'write'] };
    const { secret } = expectOk(await owner.post<{ secret: string }>('/api/v1/tokens', body), 201);
    const page = LivePage.open(world.origin, { path: `/api/live?token=${secret}` });
    await expect(page).rejects.toThrow();
    await expect(open(world.anonymous(), { cookie: `authorization=${secret}` })).rejects.toThrow('unauthenticated');
  });

  it('to another path is no socket', async () => {
    for (const path of ['/socket.io', '/api/live/x', '/api', '//api/live'])
      await expect(open(owner, { path })).rejects.toThrow('websocket error');
  });

  it('by polling is not there', async () => {
    const answer = await owner.get('/api/live/?EIO=4&transport=polling');
    expect(answer.status).toBe(404);
  });
});

describe('changes of workers', () => {
  it('reach every page: a process that begins, drains, and ends', async () => {
    const page = await open();
    const processes = new ProcessRepository(world.database);
    const drains = new DrainRepository(world.database);
    const id = await processes.start('builder', 'another', {});
    await waitFor(() => expect(page.workerChanges).toBe(1));
    await drains.drain('another', { kind: 'person', id: 'ada', name: 'Ada', ip: null });
    await waitFor(() => expect(page.workerChanges).toBe(2));
    await processes.end(id, 'exited');
    await waitFor(() => expect(page.workerChanges).toBe(3));
  });
});

describe('changes of builds', () => {
  it('reach the pages that follow the project or the organization, and no others', async () => {
    const [project, organization, none] = [await open(), await open(), await open()];
    expect(await project.ask('builds:subscribe', { projectId: target.project.id })).toEqual({ ok: true });
    expect(await organization.ask('builds:subscribe', { organizationId: acme })).toEqual({ ok: true });
    const build = await world.build(target);
    await cancel(build);
    for (const page of [project, organization])
      await waitFor(() =>
        expect(page.changes.filter(({ buildId }) => buildId === build.id).at(-1)?.status).toBe('canceled'),
      );
    expect(none.changes).toEqual([]);
    expect(await project.ask('builds:unsubscribe', { projectId: target.project.id })).toEqual({ ok: true });
    const seen = project.changes.length;
    await world.build(target);
    await waitFor(() => expect(organization.changes.length).toBeGreaterThan(seen));
    expect(project.changes).toHaveLength(seen);
  });

  it('in their steps reach the pages that follow the project, and no others', async () => {
    const [project, none] = [await open(), await open()];
    await project.ask('builds:subscribe', { projectId: target.project.id });
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    const step = {
      ...{ ordinal: 1, vertexId: 'v', name: 'RUN a', stage: null, platform: null, internal: false, cached: false },
      ...{ startedAt: new Date(), completedAt: null, error: null, progressGroup: null },
    };
    await new StepRepository(world.database).save(attempt.attemptId, [step]);
    await waitFor(() =>
      expect(project.stepChanges).toEqual([{ buildId: build.id, projectId: target.project.id, attempt: 1 }]),
    );
    expect(none.stepChanges).toEqual([]);
    await cancel(build);
    await worker.attempts.stopped(attempt, worker.instanceId);
    await new StepRepository(world.database).save(attempt.attemptId, [{ ...step, completedAt: new Date() }]);
    await world.build(target);
    await waitFor(() => expect(project.changes.length).toBeGreaterThan(2));
    expect(project.stepChanges).toHaveLength(1);
  });

  it('S-065 of another tenant cannot be followed', async () => {
    const page = await open(rival);
    const refused = { ok: false, code: 'not_found' };
    expect(await page.ask('builds:subscribe', { projectId: target.project.id })).toEqual(refused);
    expect(await page.ask('builds:subscribe', { organizationId: acme })).toEqual(refused);
    const build = await world.build(target);
    await worker.claim(build);
    expect(await page.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 0 })).toEqual(refused);
    await cancel(build);
    expect(page.changes).toEqual([]);
  });
});

describe('changes of deliveries', () => {
  it('reach who follows the project or the organization: accepted, judged and refused ones', async () => {
    const [project, organization, other] = [await open(), await open(), await open()];
    const quiet = await world.project(owner, acme);
    await project.ask('builds:subscribe', { projectId: target.project.id });
    await organization.ask('builds:subscribe', { organizationId: acme });
    await other.ask('builds:subscribe', { projectId: quiet.project.id });
    const count = () => project.deliveryChanges.length;
    const commit = randomCommit();
    const { deliveryId } = (await (await world.push(target, { commit })).json()) as { deliveryId: string };
    await waitFor(() => expect(count()).toBe(1));
    await world.evaluate(deliveryId, commit);
    await waitFor(() => expect(count()).toBe(2));
    await world.push(target, { signature: `sha256=${'0'.repeat(64)}` });
    await waitFor(() => expect(count()).toBe(3));
    await waitFor(() => expect(organization.deliveryChanges).toHaveLength(3));
    expect(project.deliveryChanges[0]).toEqual({ projectId: target.project.id, organizationId: acme });
    expect(other.deliveryChanges).toEqual([]);
  });

  it('S-065 of another tenant reach nobody else', async () => {
    const page = await open(rival);
    const [own] = expectOk(await rival.get<Me>('/api/v1/me')).organizations;
    await page.ask('builds:subscribe', { organizationId: own!.organizationId });
    const watching = await open();
    await watching.ask('builds:subscribe', { organizationId: acme });
    await world.push(target);
    await waitFor(() => expect(watching.deliveryChanges).toHaveLength(1));
    expect(page.deliveryChanges).toEqual([]);
  });
});

describe('a log', () => {
  it('comes from the archive, then live, then ends', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await worker.print(attempt, 'stored 1\n', 'stored 2\n');
    const page = await open();
    expect(await page.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 1 })).toEqual({ ok: true });
    await waitFor(() => expect(page.text).toBe('stored 2\n'));
    const redis = connectRedis(services().redisUrl, 'producer', () => {});
    await waitFor(() => expect(redis.status).toBe('ready'));
    const data = new TextEncoder().encode('live 3\n');
    new RedisLiveBus(redis, () => {}).publish(
      attempt.attemptId,
      encodeLogEntries([{ n: 2, atMs: 1, kind: 'text', step: 1, stream: 1, data }]),
    );
    await waitFor(() => expect(page.text).toBe('stored 2\nlive 3\n'));
    await worker.print(attempt, 'live 3\n');
    await worker.finishLog(attempt);
    await waitFor(() => expect(page.isComplete).toBe(true), 10_000);
    expect(page.text).toBe('stored 2\nlive 3\n');
    await redis.quit();
  });

  it('begins anew where a page says so, and stops when it is left', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await worker.print(attempt, 'a\n', 'b\n');
    const page = await open();
    const log = { buildId: build.id, attempt: 1 };
    await page.ask('log:subscribe', { ...log, from: 0 });
    await waitFor(() => expect(page.text).toBe('a\nb\n'));
    await page.ask('log:subscribe', { ...log, from: 1 });
    await waitFor(() => expect(page.text).toBe('a\nb\nb\n'));
    expect(await page.ask('log:unsubscribe', log)).toEqual({ ok: true });
    await worker.print(attempt, 'c\n');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(page.text).toBe('a\nb\nb\n');
  });

  it('of an attempt that is not there is not there', async () => {
    const build = await world.build(target);
    const page = await open();
    expect(await page.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 0 })).toEqual({
      ok: false,
      code: 'not_found',
    });
  });

  it('of any size reaches a page that reads slowly, whole and in order, while others are not held up', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    const line = `${randomBytes(500).toString('hex')}\n`;
    for (let chunk = 0; chunk < 8; chunk++)
      await worker.print(attempt, ...Array.from({ length: 1_000 }, (_, at) => `${chunk}.${at} ${line}`));
    await worker.finishLog(attempt);
    const [slow, quick] = [await open(), await open()];
    const connection = rawSocketOf(slow);
    await slow.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 0 });
    connection.pause();
    await quick.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 0 });
    await waitFor(() => expect(quick.isComplete).toBe(true), 20_000);
    expect(slow.isComplete).toBe(false);
    connection.resume();
    await waitFor(() => expect(slow.isComplete).toBe(true), 20_000);
    expect(slow.text.length).toBe(quick.text.length);
    expect(slow.text === quick.text).toBe(true);
  }, 60_000);
});

describe('S-097 a connection', () => {
  it('ends within a second after the sign-out', async () => {
    const visitor = await world.member(owner, acme, 'viewer');
    const page = await open(visitor);
    expectOk(await visitor.post('/api/auth/sign-out'));
    const endedAtMs = Date.now();
    await waitFor(() => expect(page.disconnected).toBeDefined());
    // Twice the second that is promised, for a machine that has more to do.
    expect(Date.now() - endedAtMs).toBeLessThan(2_000);
    await expect(open(visitor, { cookie: 'none=1' })).rejects.toThrow('unauthenticated');
  });

  it('of somebody who was removed hears nothing of the organization any more', async () => {
    const visitor = await world.member(owner, acme, 'viewer');
    const page = await open(visitor);
    expect(await page.ask('builds:subscribe', { organizationId: acme })).toEqual({ ok: true });
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await page.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 0 });
    const { id } = expectOk(await visitor.get<Me>('/api/v1/me'));
    expectOk(await owner.ask('DELETE', `/api/v1/organizations/${acme}/members/${id}`), 204);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const heard = page.changes.length;
    await worker.print(attempt, 'secret\n');
    await cancel(build);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([page.changes.length, page.text]).toEqual([heard, '']);
    expect(await page.ask('builds:subscribe', { organizationId: acme })).toEqual({ ok: false, code: 'not_found' });
  });
});

describe('S-099 whatever a page sends', () => {
  const alive = async () =>
    expect(await (await open()).ask('builds:subscribe', { organizationId: acme })).toEqual({ ok: true });

  it('is answered, or ends that connection alone', async () => {
    const page = await open();
    const odd: unknown[] = [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { buildId: 1 },
      { organizationId: { not: null } },
      { projectId: 'x', extra: 1 },
    ];
    for (const message of ['log:subscribe', 'log:unsubscribe', 'builds:subscribe', 'builds:unsubscribe'] as const)
      for (const payload of [...odd, JSON.parse('{"__proto__":{"x":1}}')])
        expect(await page.ask(message, payload)).toEqual({ ok: false, code: 'bad_request' });
    page.socket.emit('no:such:message', 1);
    page.socket.emit('log:subscribe');
    page.socket.emit('log:subscribe', 1, 2, 3);
    await alive();
  });

  it('is bounded in number: subscriptions, and messages in a time', async () => {
    const page = await open();
    const builds = await Promise.all(Array.from({ length: 40 }, () => world.project(owner, acme)));
    const answers = [];
    for (const { project } of builds) answers.push(await page.ask('builds:subscribe', { projectId: project.id }));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(32);
    expect(answers.at(-1)).toEqual({ ok: false, code: 'too_many' });
    for (let at = 0; at < 400; at++) page.socket.emit('builds:unsubscribe', {});
    await waitFor(() => expect(page.disconnected).toBeDefined());
    await alive();
  });

  it.each([
    ['a packet of an unknown type', '49'],
    ['an event without a name', '42/live,[]'],
    ['an event of a reserved name', '42/live,["connect",1]'],
    ['an event named by an object', '42/live,[{"toString":1},1]'],
    ['broken JSON', '42/live,["log:subscribe",{'],
    ['an acknowledgement nobody asked for', '43/live,999[1]'],
    ['attachments that never come', '451-/live,["x",{"_placeholder":true,"num":0}]'],
    ['a placeholder out of range', '451-/live,["x",{"_placeholder":true,"num":99}]'],
    ['a placeholder that is no number', '451-/live,["x",{"_placeholder":true,"num":"splice"}]'],
    ['ten thousand attachments', '4510000-/live,["x"]'],
    ['another namespace', '40/admin,'],
    ['a very long namespace', `40/${'x'.repeat(10_000)},`],
    ['nothing', ''],
    ['bytes', Buffer.from([0xff, 0x00, 0x80])],
  ])('%s does no harm', async (_what, packet) => {
    const page = await open();
    engineOf(page).write(packet);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await alive();
  });

  it('as raw frames that no browser would send does no harm', async () => {
    const huge = Buffer.concat([
      Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3, 4]),
      randomBytes(1_000),
    ]);
    const frames: Buffer[] = [
      Buffer.from([0x81, 0x05, 0x68, 0x65, 0x6c, 0x6c, 0x6f]),
      Buffer.from([0xc1, 0x85, 1, 2, 3, 4, 0x68, 0x65, 0x6c, 0x6c, 0x6f]),
      Buffer.from([0x83, 0x80, 0, 0, 0, 0]),
      Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]),
      Buffer.from([0x89, 0xfe, 0xff, 0xff, 0, 0, 0, 0]),
      Buffer.from([0x80, 0x80, 0, 0, 0, 0]),
      huge,
      randomBytes(5_000),
    ];
    for (const frame of frames) {
      const socket = await rawWebSocket();
      socket.write(frame);
      await new Promise((resolve) => socket.once('close', resolve));
    }
    await alive();
  });

  it('in thousands of random packets does no harm', async () => {
    const parts = [
      '4',
      '2',
      '5',
      '1',
      '0',
      '-',
      '/live,',
      '[',
      ']',
      '"',
      '{',
      '}',
      '_placeholder',
      ':',
      'true',
      ',',
      '\u0000',
      'log:subscribe',
      '\ud800',
    ];
    for (let round = 0; round < 20; round++) {
      const page = await open().catch(() => undefined);
      for (let at = 0; page && at < 150 && page.disconnected === undefined; at++) {
        const length = 1 + (randomBytes(1)[0]! % 12);
        engineOf(page).write([...randomBytes(length)].map((byte) => parts[byte % parts.length]).join(''));
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
      page?.close();
    }
    await alive();
  }, 30_000);

  it('S-100 is not compressed, even when a page offers it', async () => {
    const answer = await handshake(await dial(), 'sec-websocket-extensions: permessage-deflate\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer.toLowerCase()).not.toContain('sec-websocket-extensions');
  });

  it('S-101 not even a thousand half-open handshakes keep others out', async () => {
    const idle = await Promise.all(Array.from({ length: 300 }, dial));
    const upgraded = await Promise.all(Array.from({ length: maxConnections }, rawWebSocket));
    await expect(open()).rejects.toThrow();
    // Who joins nothing is closed after five seconds, and there is room again.
    await waitFor(alive, 15_000);
    for (const socket of [...idle, ...upgraded]) socket.destroy();
  }, 30_000);
});

describe('the process', () => {
  it('ends soon, although a client does not answer its goodbye', async () => {
    const port = await freePort();
    const other = await ApiWorld.open({ liveUrl: `http://127.0.0.1:${port}`, publicUrl: world.origin });
    await other.startLive(port);
    const { hostname, port: apiPort } = new URL(other.origin);
    const silent = connect(Number(apiPort), hostname);
    await handshake(silent);
    const started = Date.now();
    await other.close();
    expect(Date.now() - started).toBeLessThan(5_000);
    silent.destroy();
  });

  it('says that it is ready, and how many viewers it has', async () => {
    const base = await world.live!.app.getUrl();
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${base}/metrics`)).text()).toMatch(/cooperage_log_subscribers \d/);
  });
});

/** The engine below socket.io: what it writes goes out as it is. */
function engineOf(page: LivePage): { write(packet: string | Buffer): void } {
  const transport = page.socket.io.engine.transport as unknown as { ws: { send(data: string | Buffer): void } };
  return { write: (packet) => transport.ws.send(packet) };
}

/** The TCP connection of a page, to stop reading from. */
function rawSocketOf(page: LivePage): { pause(): void; resume(): void } {
  const transport = page.socket.io.engine.transport as unknown as { ws: { _socket: Socket } };
  return transport.ws._socket;
}

function dial(): Promise<Socket> {
  const { hostname, port } = new URL(world.origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Sends the handshake of a browser. @returns the head of the answer. */
function handshake(socket: Socket, more = ''): Promise<string> {
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET /api/live/?EIO=4&transport=websocket HTTP/1.1\r\nhost: x\r\norigin: ${world.origin}\r\ncookie: ${owner.cookie}\r\n` +
      `connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n${more}\r\n`,
  );
  return new Promise((resolve) => socket.once('data', (data) => resolve(data.toString('latin1'))));
}

async function rawWebSocket(): Promise<Socket> {
  const socket = await dial();
  await handshake(socket);
  return socket;
}
