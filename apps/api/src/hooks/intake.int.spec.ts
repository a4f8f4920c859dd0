import { createHash, createHmac, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Accepted, DeliveryDetail, Page, RefusalView } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, pushPayload, randomCommit, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { waitFor } from '../../spec/wait-for.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner));
});
afterAll(() => world.close());

const deliveries = async () =>
  expectOk(await owner.get<Page<DeliveryDetail>>(`/api/v1/projects/${target.project.id}/deliveries?limit=100`)).items;
const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;

describe('a webhook', () => {
  it('is answered after it is durable, and found with what it said', async () => {
    const commit = randomCommit();
    const answer = await world.push(target, { commit, headers: { authorization: 'Bearer canary' } });
    expect(answer.status).toBe(202);
    const accepted = (await answer.json()) as Accepted;
    expect(accepted.duplicate).toBe(false);
    expect(accepted.url).toMatch(new RegExp(`^${world.origin}/p/acme/.+/deliveries/${accepted.deliveryId}$`));
    const delivery = expectOk(await owner.get<DeliveryDetail>(`/api/v1/deliveries/${accepted.deliveryId}`));
    expect(delivery).toMatchObject({
      ...{ forge: 'github', eventName: 'push', proof: 'hmac-sha256', status: 'received' },
      ...{ ref: 'refs/heads/main', after: commit, before: null, sender: 'pusher' },
    });
    expect(JSON.parse(delivery.body)).toMatchObject({ after: commit });
    expect(JSON.stringify(delivery.headers)).not.toContain('canary');
    // R-H2: with the signature and the body anybody could send the same call again.
    expect(delivery.headers).toMatchObject({ 'x-hub-signature-256': '***' });
    expect(JSON.stringify(delivery)).not.toMatch(/sha256=[0-9a-f]{64}/);
  });

  it('that pings, or says that a ref is gone, is kept and starts nothing', async () => {
    const ping = await world.push(target, { payload: '{"zen":"x"}', headers: { 'x-github-event': 'ping' } });
    const gone = await world.push(target, {
      payload: JSON.stringify({ ref: 'refs/heads/x', before: 'a'.repeat(40), after: '0'.repeat(40), deleted: true }),
    });
    for (const answer of [ping, gone]) {
      const { deliveryId } = (await answer.json()) as Accepted;
      const delivery = expectOk(await owner.get<DeliveryDetail>(`/api/v1/deliveries/${deliveryId}`));
      expect([answer.status, delivery.status]).toEqual([202, 'ignored']);
      expect(delivery.note).not.toBeNull();
    }
  });

  it('R22C-2 R22C-5 that names the ref alone and has no id is received each time, whatever came before', async () => {
    const { project, secret } = target;
    const send = (headers = {}, body = '{"ref":"refs/heads/main"}') =>
      fetch(`${world.origin}/api/v1/hooks/${project.id}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, ...headers },
        body,
      });
    // R22C-1: whoever knows the next body could have said what it would be called.
    const foretold = createHash('sha256').update('{"ref":"refs/heads/main"}').digest('hex');
    await send({ 'idempotency-key': `sha256:${foretold}` }, '{"type":"ping"}');
    for (const _time of [1, 2]) {
      const { deliveryId, duplicate } = (await (await send()).json()) as Accepted;
      expect(duplicate).toBe(false);
      const delivery = expectOk(await owner.get<DeliveryDetail>(`/api/v1/deliveries/${deliveryId}`));
      expect(delivery).toMatchObject({
        forge: 'generic',
        status: 'received',
        ref: 'refs/heads/main',
        after: null,
        note: null,
      });
    }
  });

  it('R-H11 is asked to come later where thousands of its project wait, and is taken again when they are done', async () => {
    const busy = await world.project(owner, await organizationOf(owner));
    await world.database.prisma.$executeRaw`INSERT INTO outbox (topic, subject_id, group_id)
      SELECT 'evaluate', gen_random_uuid(), ${busy.project.id}::uuid FROM generate_series(1, 5000)`;
    const answer = await world.push(busy);
    expect([answer.status, await codeOf(answer)]).toEqual([429, 'rate_limited']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    // What waits for nothing is taken, and so is what others send.
    expect((await world.push(busy, { payload: '{"zen":"x"}', headers: { 'x-github-event': 'ping' } })).status).toBe(
      202,
    );
    expect((await world.push(target)).status).toBe(202);
    const refused = () => owner.get<Page<RefusalView>>(`/api/v1/projects/${busy.project.id}/refusals`);
    await expect.poll(async () => expectOk(await refused()).items.map(({ code }) => code)).toContain('rate_limited');
    // Nor may a person add to it, by a start or a replay.
    const { deliveryId } = (await (await world.push(target)).json()) as Accepted;
    await world.database.prisma.delivery.update({ where: { id: deliveryId }, data: { projectId: busy.project.id } });
    for (const [path, body] of [
      [`/api/v1/projects/${busy.project.id}/builds`, { ref: 'refs/heads/main' }],
      [`/api/v1/deliveries/${deliveryId}/replay`, {}],
    ] as const) {
      const refused = await owner.post(path, body);
      expect([path, refused.status, problemOf(refused).code]).toEqual([path, 429, 'rate_limited']);
    }
    await world.database.prisma.outbox.deleteMany({ where: { groupId: busy.project.id } });
    await expect.poll(async () => (await world.push(busy)).status).toBe(202);
  });

  it('S-004 a hundred times at once is one delivery, and every answer names it', async () => {
    const [deliveryId, payload] = [randomUUID(), pushPayload()];
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.push(target, { deliveryId, payload })));
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as Accepted[];
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 202));
    expect(new Set(bodies.map((body) => body.deliveryId)).size).toBe(1);
    expect(bodies.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect((await deliveries()).filter((delivery) => delivery.deliveryId === deliveryId)).toHaveLength(1);
  });
});

describe('S-001 a call without a proof', () => {
  const payload = pushPayload();
  const good = () => createHmac('sha256', target.secret).update(payload).digest('hex');
  it.each([
    ['none', () => '', 'signature_missing'],
    ['only its name', () => 'sha256=', 'signature_missing'],
    ['an odd length', () => `sha256=${good().slice(1)}`, 'signature_invalid'],
    ['sha1', () => `sha1=${createHmac('sha1', target.secret).update(payload).digest('hex')}`, 'signature_invalid'],
    [
      'a wrong first digit',
      () => `sha256=${good().replace(/^./, (c) => (c === '0' ? '1' : '0'))}`,
      'signature_invalid',
    ],
    ['a wrong last digit', () => `sha256=${good().replace(/.$/, (c) => (c === '0' ? '1' : '0'))}`, 'signature_invalid'],
  ])('%s is refused with a stable code and kept in the list of refusals', async (_what, signature, code) => {
    const answer = await world.push(target, { payload, signature: signature() });
    expect([answer.status, await codeOf(answer)]).toEqual([401, code]);
  });

  it('by sha1 alone is refused', async () => {
    const sha1 = createHmac('sha1', target.secret).update(payload).digest('hex');
    const answer = await fetch(`${world.origin}/api/v1/hooks/${target.project.id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-github-event': 'push', 'x-hub-signature': `sha1=${sha1}` },
      body: payload,
    });
    expect(answer.status).toBe(401);
  });

  it('is kept among the newest hundred of its project, after the answer', async () => {
    await Promise.all(Array.from({ length: 110 }, () => world.push(target, { signature: 'sha256=00' })));
    await waitFor(async () => {
      const { items } = expectOk(await owner.get<Page<RefusalView>>(`/api/v1/projects/${target.project.id}/refusals`));
      expect(items.length).toBeGreaterThan(10);
      expect(items.length).toBeLessThanOrEqual(100);
      expect(items[0]).toMatchObject({ forge: 'github', address: '127.0.0.1' });
    });
  });
});

describe('secrets', () => {
  it('S-010 of another project prove nothing', async () => {
    const other = await world.project(owner, target.project.organizationId);
    const answer = await world.push(other, { projectId: target.project.id });
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'signature_invalid']);
  });

  it('S-014 of a project that is not there, or is deleted, are answered like a wrong one', async () => {
    const gone = await world.project(owner, target.project.organizationId);
    expect((await world.push(gone)).status).toBe(202);
    expectOk(await owner.ask('DELETE', `/api/v1/projects/${gone.project.id}`), 204);
    const wrong = await world.push(target, { signature: `sha256=${'0'.repeat(64)}` });
    const unknown = await world.push(target, { projectId: '01970000-0000-7000-8000-000000000000' });
    const deleted = await world.push(gone);
    const seen = async (answer: Response) => {
      const { requestId: _, ...body } = (await answer.json()) as Record<string, unknown>;
      const names = [...answer.headers.keys()].sort();
      return { status: answer.status, body, names };
    };
    const expected = await seen(wrong);
    expect(await seen(unknown)).toEqual(expected);
    expect(await seen(deleted)).toEqual(expected);
  });

  it('are several while one replaces another, and a new one counts at once', async () => {
    const project = await world.project(owner, target.project.organizationId);
    expect((await world.push(project)).status).toBe(202);
    const path = `/api/v1/projects/${project.project.id}/hook-secrets`;
    const added = expectOk(await owner.post<{ id: string; secret: string }>(path), 201);
    expect((await world.push({ ...project, secret: added.secret })).status).toBe(202);
    expect((await world.push(project)).status).toBe(202);
    expectOk(await owner.ask('DELETE', `${path}/${added.id}`), 204);
    expect((await world.push({ ...project, secret: added.secret })).status).toBe(401);
  });
});

describe('a body', () => {
  it('S-006 beyond 25 MiB is refused before it is read', async () => {
    const answer = await world.push(target, { payload: Buffer.alloc(26 * 1024 * 1024, 'x') }).catch(() => null);
    // The refusal comes while the body is still being sent; a client may see the closed connection first.
    if (answer) expect([answer.status, await codeOf(answer)]).toEqual([413, 'payload_too_large']);
    expect((await world.push(target)).status).toBe(202);
  });

  it('S-006 that comes one byte at a time is cut with 408', async () => {
    const answer = await dribble(new URL(world.origin), `/api/v1/hooks/${target.project.id}`);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
  });

  it('S-007 that is compressed is refused', async () => {
    for (const encoding of ['gzip', 'br', 'nonsense', 'gzip, identity']) {
      const payload = new Uint8Array(gzipSync(Buffer.alloc(1_000_000)));
      const answer = await world.push(target, { payload, headers: { 'content-encoding': encoding } });
      expect([answer.status, await codeOf(answer)]).toEqual([415, 'unsupported_media_type']);
    }
  });

  it.each([
    ['100,000 levels deep', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['a million keys', `{${Array.from({ length: 1_000_000 }, (_, at) => `"k${at}":0`).join(',')}}`],
    ['__proto__', '{"__proto__":{"x":1},"ref":"refs/heads/main"}'],
    ['constructor.prototype', '{"constructor":{"prototype":{"x":1}}}'],
    ['the same key twice', '{"ref":"refs/heads/a","ref":"refs/heads/b"}'],
    ['no JSON', '{"ref":'],
    ['a byte order mark', '\ufeff{}'],
    ['a lone surrogate', '{"ref":"refs/heads/\\ud800"}'],
    ['nothing', ''],
  ])('S-008 S-009 with %s is refused and breaks nothing', async (_what, payload) => {
    const answer = await world.push(target, { payload });
    expect(answer.status).toBe(400);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
    expect((await world.push(target)).status).toBe(202);
  });

  it('S-009 that is no UTF-8, or no JSON at all, is refused', async () => {
    const invalid = await world.push(target, { payload: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]) });
    expect(invalid.status).toBe(400);
    for (const type of ['multipart/form-data; boundary=x', 'text/xml', 'application/octet-stream'])
      expect((await world.push(target, { headers: { 'content-type': type } })).status).toBe(415);
  });

  it('S-009 of a form is taken, with the proof over the form', async () => {
    const form = new URLSearchParams({ payload: pushPayload() }).toString();
    const answer = await world.push(target, {
      payload: form,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(202);
  });
});

describe('a replay', () => {
  it('evaluates the same ref once more, as a delivery of its own', async () => {
    const { deliveryId } = (await (await world.push(target)).json()) as Accepted;
    const replayed = expectOk(await owner.post<DeliveryDetail>(`/api/v1/deliveries/${deliveryId}/replay`), 202);
    expect(replayed).toMatchObject({
      replayOf: deliveryId,
      eventName: 'push',
      status: 'received',
      sender: 'Olga Owner',
    });
    expect(replayed.id).not.toBe(deliveryId);
  });

  it('of what named no ref is refused', async () => {
    const ping = await world.push(target, { payload: '{}', headers: { 'x-github-event': 'ping' } });
    const { deliveryId } = (await ping.json()) as Accepted;
    const answer = await owner.post(`/api/v1/deliveries/${deliveryId}/replay`);
    expect([answer.status, problemOf(answer).code]).toEqual([409, 'conflict']);
  });
});

/** Sends a request whose body never comes to its end. @returns what was answered. */
function dribble({ hostname, port }: URL, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`);
    const timer = setInterval(() => socket.write('x'), 1_000);
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearInterval(timer);
      resolve(answer);
    });
  });
}
