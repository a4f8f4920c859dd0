import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
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

/** Reads a stream of events until `enough` holds for all of its text, or it ends. */
async function readUntil(response: Response, enough: (text: string) => boolean): Promise<string> {
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  let text = '';
  while (!enough(text)) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

const follow = (visitor: Visitor, buildId: string, query = '', headers: Record<string, string> = {}) =>
  fetch(`${world.origin}/api/v1/builds/${buildId}/log/follow${query}`, {
    headers: { cookie: visitor.cookie, ...headers },
  });

/** On a connection of its own, which ends with it. */
const stream = (visitor: Visitor, buildId: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const url = `${world.origin}/api/v1/builds/${buildId}/log/follow`;
    get(url, { agent: false, headers: { cookie: visitor.cookie } }, resolve).on('error', reject);
  });

describe('following a log over HTTP', () => {
  it('gives what is there and what comes, each entry once, and ends with the log', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await worker.print(attempt, 'before\n');
    const response = await follow(owner, build.id);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reading = readUntil(response, () => false);
    await worker.print(attempt, 'after\n');
    await worker.finishLog(attempt);
    const text = await reading;
    expect(text.match(/"text":"\w+/g)).toEqual(['"text":"before', '"text":"after']);
    expect(text.match(/^id: .*$/gm)).toEqual(['id: 1.1', 'id: 1.2', 'id: 1.2']);
    expect(text.trimEnd().endsWith('event: complete\nid: 1.2\ndata: {"nextN":2}')).toBe(true);
  });

  it('R-O3 goes on with the next attempt where one is lost', async () => {
    const build = await world.build(target);
    const first = await worker.claim(build);
    await worker.print(first, 'compiled\n', 'half a li');
    const events = readUntil(await follow(owner, build.id), () => false);
    const text = (await follow(owner, build.id, '?format=text')).text();
    const one = (await follow(owner, build.id, '?format=text&attempt=1')).text();
    await worker.lose(first);
    expect(await one).toBe('compiled\nhalf a li\n=== This attempt was lost: The builder died. ===\n');
    const second = await worker.claim(build);
    await worker.print(second, 'linked\n');
    await worker.finishLog(second);
    expect(await text).toBe(
      'compiled\nhalf a li\n=== This attempt was lost: The builder died. ===\n=== Attempt 2 ===\nlinked\n',
    );
    expect((await events).match(/^id: .*$/gm)).toEqual(['id: 1.1', 'id: 1.2', 'id: 1.3', 'id: 2.1', 'id: 2.1']);
    const resumed = await (await follow(owner, build.id, '', { 'last-event-id': '1.2' })).text();
    expect(resumed.match(/^id: .*$/gm)).toEqual(['id: 1.3', 'id: 2.1', 'id: 2.1']);
  });

  it('R-Low-13 says that a place is beyond the end of a log', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await worker.print(attempt, 'one\n');
    expect((await follow(owner, build.id, '?from=9000000000000000')).status).toBe(400);
    await worker.finishLog(attempt);
    expect((await follow(owner, build.id, '?from=3')).status).toBe(400);
    expect((await follow(owner, build.id, '', { 'last-event-id': '1.9000000000000000' })).status).toBe(400);
    expect((await follow(owner, build.id, '?from=1')).status).toBe(200);
  });

  it('resumes where it was cut', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await worker.print(attempt, 'one\n', 'two\n', 'three\n');
    await worker.finishLog(attempt);
    const text = await (await follow(owner, build.id, '', { 'last-event-id': '1.1' })).text();
    expect(text.match(/"text":"\w+/g)).toEqual(['"text":"two', '"text":"three']);
    expect(await (await follow(owner, build.id, '?format=text&from=2')).text()).toBe('three\n');
  });

  it('S-075 ends within a second or two of the session', async () => {
    const build = await world.build(target);
    await worker.print(await worker.claim(build), 'before\n');
    const guest = await world.member(owner, await organizationOf(owner), 'viewer');
    const response = await follow(guest, build.id);
    const reading = readUntil(response, () => false);
    expectOk(await guest.post('/api/auth/sign-out', {}));
    // The log goes on, so nothing but the sign-out ends this.
    expect(await reading).toContain('before');
  });

  it('R9-A7 has 32 streams for one person, and more for others of the organization', async () => {
    const build = await world.build(target);
    await worker.print(await worker.claim(build), 'before\n');
    const guest = await world.member(owner, await organizationOf(owner), 'viewer');
    const open: IncomingMessage[] = [];
    for (let at = 0; at < 32; at++) open.push(await stream(guest, build.id));
    const refused = await follow(guest, build.id);
    open.push(await stream(owner, build.id));
    expect(new Set(open.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      detail: expect.stringContaining('One person may have 32 at once'),
    });
    // A place comes back with its reader.
    for (const each of open) each.destroy();
    await expect
      .poll(async () => {
        const again = await stream(guest, build.id);
        again.destroy();
        return again.statusCode;
      })
      .toBe(200);
  });
});
