import { connect, type Socket } from 'node:net';
import { decodeLogEntries } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { problemOf, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let worker: TestWorker;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner), { slug: 'hello' });
  worker = await TestWorker.start(world);
});
afterAll(() => world.close());

describe('a log', () => {
  const texts = ['first\n', 'second\n', '\u001b[31mred\u001b[0m <script>alert(1)</script>\n', 'no end'];

  it('is the same in every form', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await worker.print(attempt, ...texts.slice(0, 2));
    await worker.print(attempt, ...texts.slice(2));
    const path = `/api/v1/builds/${build.id}/log`;
    expect((await owner.get(path)).text).toBe(texts.join(''));
    const lines = (await owner.get(`${path}?format=jsonl&from=2`)).text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { text: string });
    expect(lines.map(({ text }) => text)).toEqual(texts.slice(2));
    expect((await owner.get(`${path}/lines?first=1&count=1`)).text).toBe('second\n');
  });

  it('is read in ranges, up to its end', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    for (const text of texts) await worker.print(attempt, text);
    const read = async (from: number, limit = 1) => {
      const response = await fetch(
        `${world.origin}/api/v1/builds/${build.id}/log/entries?from=${from}&limit=${limit}`,
        { headers: { cookie: owner.cookie } },
      );
      const entries = decodeLogEntries(new Uint8Array(await response.arrayBuffer()));
      return {
        texts: entries.map(({ data }) => Buffer.from(data).toString()),
        next: response.headers.get('x-log-next'),
        complete: response.headers.get('x-log-complete'),
        more: response.headers.get('x-log-more'),
      };
    };
    expect(await read(0)).toEqual({ texts: [texts[0]], next: '1', complete: 'false', more: 'true' });
    expect(await read(1, 1_000_000)).toEqual({ texts: texts.slice(1), next: '4', complete: 'false', more: 'false' });
    expect(await read(4)).toEqual({ texts: [], next: '4', complete: 'false', more: 'false' });
    await worker.finishLog(attempt);
    expect(await read(4)).toEqual({ texts: [], next: '4', complete: 'true', more: 'false' });
  });

  it('R-O3 of a build whose attempt was lost has the lines of all attempts, and those of one where it is named', async () => {
    const build = await world.build(target);
    const first = await worker.claim(build);
    await worker.print(first, 'compiled once\n', 'half a li');
    await worker.lose(first);
    const second = await worker.claim(build);
    await worker.print(second, 'linked\n');
    await worker.finishLog(second);
    const path = `/api/v1/builds/${build.id}/log`;
    expect((await owner.get(path)).text).toBe(
      '=== Attempt 1 ===\ncompiled once\nhalf a li\n=== This attempt was lost: The builder died. ===\n=== Attempt 2 ===\nlinked\n',
    );
    const lines = (await owner.get(`${path}?format=jsonl`)).text.trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as { attempt: number; n: number });
    expect(entries.map(({ attempt, n }) => [attempt, n])).toEqual([
      [1, 0],
      [1, 1],
      [1, 2],
      [2, 0],
    ]);
    expect((await owner.get(`${path}?attempt=1`)).text).toBe('compiled once\nhalf a li');
    expect((await owner.get(`${path}?attempt=2`)).text).toBe('linked\n');
    // A place in a log is one in the log of an attempt, as before.
    expect((await owner.get(`${path}/lines?first=0&count=1`)).text).toBe('linked\n');
  });

  it('S-086 is text to be saved, and never a page', async () => {
    const build = await world.build(target);
    await worker.print(await worker.claim(build), texts[2]!);
    for (const [path, type] of [
      ['log', 'text/plain; charset=utf-8'],
      ['log/lines', 'text/plain; charset=utf-8'],
      ['log/entries', 'application/octet-stream'],
    ] as const) {
      const { headers } = await owner.get(`/api/v1/builds/${build.id}/${path}`);
      expect(headers.get('content-type')).toBe(type);
      expect(headers.get('content-disposition')).toMatch(/^attachment/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain('sandbox');
    }
  });

  /** More than the kernel takes of a connection that nobody reads. */
  const longLog = async (project = target) => {
    const build = await world.build(project);
    const attempt = await worker.claim(build);
    for (let at = 0; at < 16; at++) await worker.print(attempt, 'x'.repeat(1_000_000));
    return `/api/v1/builds/${build.id}/log`;
  };

  it('R7-A1 is downloaded by one person 16 times at once, until each reader has it or has gone, and by others meanwhile', async () => {
    const path = await longLog();
    const viewer = await world.member(owner, await organizationOf(owner), 'viewer');
    const readers: Socket[] = [];
    try {
      for (let at = 0; at < 16; at++) readers.push(await stalledDownload(viewer, path));
      const refused = await viewer.get(path);
      expect([refused.status, problemOf(refused).detail]).toEqual([
        429,
        expect.stringMatching(/^Too many downloads of logs .* One person may have 16 at once/),
      ]);
      expect((await owner.get(path)).text).toHaveLength(16_000_000);
      readers[0]!.destroy();
      await expect.poll(async () => (await viewer.get(path)).status).toBe(200);
    } finally {
      for (const socket of readers) socket.destroy();
    }
  });

  it('V7-L8 shows its lines while downloads have all slots of a person', async () => {
    const path = await longLog();
    const viewer = await world.member(owner, await organizationOf(owner), 'viewer');
    const readers: Socket[] = [];
    try {
      for (let at = 0; at < 16; at++) readers.push(await stalledDownload(viewer, path));
      expect((await viewer.get(`${path}/lines?first=0&count=1`)).status).toBe(200);
    } finally {
      for (const socket of readers) socket.destroy();
    }
  });

  it('R8-A4 is downloaded by the people of one organization 32 times at once, and by others meanwhile', async () => {
    const [path, organizationId] = [await longLog(), await organizationOf(owner)];
    const { visitor: other, organizationId: theirs } = await world.stranger(owner);
    const theirPath = await longLog(await world.project(other, theirs));
    const readers: Socket[] = [];
    try {
      for (let person = 0; person < 2; person++) {
        const viewer = await world.member(owner, organizationId, 'viewer');
        for (let at = 0; at < 16; at++) readers.push(await stalledDownload(viewer, path));
      }
      const refused = await owner.get(path);
      expect([refused.status, problemOf(refused).detail]).toEqual([
        429,
        expect.stringContaining('one organization 32'),
      ]);
      expect((await other.get(theirPath)).status).toBe(200);
    } finally {
      for (const socket of readers) socket.destroy();
    }
  });

  it('of a build that no worker has taken is not there', async () => {
    const build = await world.build(target);
    expect((await owner.get(`/api/v1/builds/${build.id}/log`)).status).toBe(404);
  });

  it('R7-A1 is read in ranges of 1 MiB at the most', async () => {
    const build = await world.build(target);
    await worker.print(await worker.claim(build), 'text');
    const statusOf = async (limit: number) =>
      (await owner.get(`/api/v1/builds/${build.id}/log/entries?limit=${limit}`)).status;
    expect([await statusOf(1_048_576), await statusOf(1_048_577)]).toEqual([200, 400]);
  });

  it('takes numbers that are some', async () => {
    const build = await world.build(target);
    await worker.claim(build);
    for (const query of ['from=-1', 'from=1e99', 'limit=0', 'limit=99999999', 'attempt=0', 'attempt=x', 'x=1'])
      expect((await owner.get(`/api/v1/builds/${build.id}/log/entries?${query}`)).status, query).toBe(400);
  });
});

/** A download of which only the beginning is read. */
async function stalledDownload(visitor: Visitor, path: string): Promise<Socket> {
  const { hostname, port } = new URL(visitor.origin);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\ncookie: ${visitor.cookie}\r\n\r\n`);
  const head = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  socket.pause();
  expect(head.toString('latin1')).toMatch(/^HTTP\/1\.1 200 /);
  return socket;
}
