import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, pushPayload, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import type { Visitor } from '../../spec/visitor.js';
import { patiently, waitingForLocks, whileLocked } from '../../spec/while-locked.js';

interface Target {
  readonly project: { readonly id: string };
  readonly secret: string;
}

/** Every address of 127.0.0.0/8 is this machine: each of them is a caller of its own. */
const [honest, hostile] = ['127.0.0.1', '127.0.0.2'] as const;
const mebibyte = 1024 * 1024;
/** What there is room for, if it is counted by what is announced. */
const elevenLengths = [...Array<number>(10).fill(25 * mebibyte), 6 * mebibyte];

let world: ApiWorld;
let owner: Visitor;
let [target, other]: TestProject[] = [];
let open: Socket[] = [];

beforeAll(async () => {
  world = await ApiWorld.open({}, patiently);
  owner = await world.owner();
  const organizationId = await organizationOf(owner);
  target = await world.project(owner, organizationId);
  other = await world.project(owner, organizationId);
});
afterAll(() => world.close());
afterEach(() => {
  for (const socket of open) socket.destroy();
  open = [];
});

describe('R-H10 calls of others are accepted', () => {
  it('while one address announces eleven long bodies and sends a byte a second [A3 fair intake]', async () => {
    await Promise.all(elevenLengths.map((length) => trickle(length, hostile)));
    expect(await statuses(20, other!)).toEqual(Array<number>(20).fill(202));
  });

  it('while one address has 520 short bodies under way [A3 fair intake]', async () => {
    await Promise.all(Array.from({ length: 520 }, () => trickle(1_000, hostile)));
    expect(await statuses(20, other!)).toEqual(Array<number>(20).fill(202));
  });

  it('while many addresses announce long bodies for one project [A3 fair intake]', async () => {
    await Promise.all(elevenLengths.map((length, at) => trickle(length, `127.0.1.${at + 1}`)));
    expect(await statuses(20, other!)).toEqual(Array<number>(20).fill(202));
  });

  it('while one address has sent as many bytes as there is room for, and ends none of its bodies', async () => {
    const body = Buffer.alloc(24 * mebibyte, 'x');
    await Promise.all(Array.from({ length: 11 }, () => trickle(25 * mebibyte, hostile, body)));
    expect(await statuses(20, other!)).toEqual(Array<number>(20).fill(202));
  });
});

describe('S-016 a thousand deliveries for a thousand branches at once', () => {
  it('are accepted, each of them, and so is what another project sends meanwhile [A3 fair intake]', async () => {
    const flood = Array.from({ length: 1_000 }, (_, at) => push(target!, hostile, `refs/heads/many/${at}`));
    expect(await statuses(20, other!)).toEqual(Array<number>(20).fill(202));
    expect((await Promise.all(flood)).filter((status) => status !== 202)).toEqual([]);
    const [row] = await rowsOf(world, `SELECT count(DISTINCT ref) FROM delivery WHERE ref LIKE 'refs/heads/many/%'`);
    expect(row).toEqual({ count: '1000' });
  });
});

describe('R7-A2 an address that sends hundreds of whole calls for unknown projects', () => {
  it('has half of the connections that look at secrets, and calls of others are accepted', async () => {
    // Nobody has asked for its secrets yet.
    const unseen = await world.project(owner, await organizationOf(owner));
    const answers: number[] = [];
    let [floodArrived, callsArrived] = [0, 0];
    world.api.server.server.on('request', ({ socket }) => {
      if (socket.remoteAddress?.endsWith(hostile)) floodArrived++;
      else callsArrived++;
    });
    let [flood, calls]: Promise<unknown>[] = [];
    const looks = () => waitingForLocks(world, 'cooperage-hooks');
    await whileLocked(world, 'project', async () => {
      flood = Promise.all(
        Array.from({ length: 200 }, async () => {
          answers.push(await push({ project: { id: randomUUID() }, secret: 'x' }, hostile));
        }),
      );
      await expect.poll(() => floodArrived).toBe(200);
      await expect.poll(looks).toBe(2);
      calls = statuses(20, unseen);
      await expect.poll(() => callsArrived).toBe(20);
      // Theirs is on its way as well.
      await expect.poll(looks).toBe(3);
    });
    expect(await calls).toEqual(Array<number>(20).fill(202));
    await flood;
    // Those that waited for a connection for five seconds got 503.
    expect(answers.filter((status) => status !== 401 && status !== 503)).toEqual([]);
  });
});

describe('S-006 a body that never ends', () => {
  it('is refused at 25 MiB, and no more of it is read', async () => {
    const { hostname, port } = new URL(world.origin);
    const socket = connect({ host: hostname, port: Number(port), localAddress: hostile });
    open.push(socket);
    let response = '';
    socket.on('data', (data) => {
      response += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    const gone = new Promise((resolve) => socket.once('close', resolve));
    const head = `POST /api/v1/hooks/${target!.project.id} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json`;
    socket.write(`${head}\r\ntransfer-encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'x'), Buffer.from('\r\n')]);
    while (!socket.destroyed && response === '') await new Promise((resolve) => socket.write(chunk, resolve));
    socket.destroy();
    await gone;
    // The response may be lost where the connection is closed while more arrives.
    if (response !== '') expect(response).toMatch(/^HTTP\/1\.1 413 /);
    // What is beyond lies in the buffers of the kernel.
    expect(socket.bytesWritten).toBeGreaterThan(25 * mebibyte);
    expect(socket.bytesWritten).toBeLessThan(60 * mebibyte);
    expect(await statuses(1, target!)).toEqual([202]);
  });
});

/** A call whose body does not come to its end. Resolves once `begun` is sent. */
async function trickle(length: number, localAddress: string, begun: Uint8Array = Buffer.from('x')): Promise<void> {
  const { hostname, port } = new URL(world.origin);
  const socket = connect({ host: hostname, port: Number(port), localAddress });
  open.push(socket);
  socket.on('error', () => undefined).resume();
  const head = `POST /api/v1/hooks/${target!.project.id} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json`;
  socket.write(`${head}\r\ncontent-length: ${length}\r\n\r\n`);
  const timer = setInterval(() => socket.write('x'), 1_000);
  socket.once('close', () => clearInterval(timer));
  await new Promise((resolve) => {
    socket.write(begun, resolve);
    socket.once('close', resolve);
  });
}

function statuses(count: number, project: TestProject): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => push(project, honest)));
}

function push({ project, secret }: Target, localAddress: string, ref?: string): Promise<number> {
  const payload = pushPayload(ref);
  const signature = createHmac('sha256', secret).update(payload).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${signature}`,
  };
  return new Promise((resolve, reject) => {
    const url = `${world.origin}/api/v1/hooks/${project.id}`;
    const call = request(url, { method: 'POST', localAddress, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject).end(payload);
  });
}
