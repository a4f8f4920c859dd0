import { createHash } from 'node:crypto';
import { request } from 'node:http';
import type { Accepted, DeliveryDetail, DeliveryView } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

const mib = 1024 * 1024;
const shownBytes = 256 * 1024;
/** The most that the intake accepts. */
const wholeBytes = 25 * mib;

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let large: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner));
  large = await deliver();
  // Made by the server, so that this process never holds it. The last character of the first part has two bytes, and is halved.
  await rowsOf(
    world,
    `UPDATE delivery SET body = convert_to('{"a":"' || repeat('x', ${shownBytes - 7}) || repeat('ü', ${wholeBytes / 2 - shownBytes / 2}) || '"', 'UTF8')
     WHERE id = $1::uuid`,
    [large],
  );
});
afterAll(() => world.close());

const deliver = async (options: Parameters<ApiWorld['push']>[1] = {}) =>
  ((await (await world.push(target, options)).json()) as Accepted).deliveryId;
const get = (id: string) => owner.get<DeliveryDetail>(`/api/v1/deliveries/${id}`);
const stored = async (id: string) => {
  const rows = await rowsOf(
    world,
    `SELECT encode(sha256(body), 'hex') AS digest, octet_length(body) AS bytes FROM delivery WHERE id = $1::uuid`,
    [id],
  );
  return rows[0] as { digest: string; bytes: number };
};

/** How far the memory of this process, with the API in it, rises above its highest place so far, in bytes. */
async function peakGrowth(work: () => Promise<unknown>): Promise<number> {
  const before = process.resourceUsage().maxRSS;
  await work();
  return (process.resourceUsage().maxRSS - before) * 1024;
}

/** Reads an answer as a stream, and keeps only its digest. */
function digestOf(path: string): Promise<{ status: number; digest: string; bytes: number; headers: object }> {
  return new Promise((resolve, reject) => {
    request(world.origin + path, { headers: { cookie: owner.cookie } }, (answer) => {
      const hash = createHash('sha256');
      let bytes = 0;
      answer.on('data', (part: Buffer) => {
        hash.update(part);
        bytes += part.length;
      });
      answer.on('error', reject);
      const { statusCode: status = 0, headers } = answer;
      answer.on('end', () => resolve({ status, bytes, digest: hash.digest('hex'), headers }));
    })
      .on('error', reject)
      .end();
  });
}

describe('a delivery with a body of 25 MiB', () => {
  it('R3-N4 is answered with the first 256 KiB of its body, and says how long the body is', async () => {
    const delivery = expectOk(await get(large));
    expect(delivery.body).toBe(`{"a":"${'x'.repeat(shownBytes - 7)}`);
    expect(delivery).toMatchObject({ bodyBytes: (await stored(large)).bytes, bodyTruncated: true });
  });

  it('R3-N4 is read twenty times at once in less memory than one of the bodies would take five times', async () => {
    const answers: number[] = [];
    const growth = await peakGrowth(() =>
      Promise.all(Array.from({ length: 20 }, async () => answers.push((await get(large)).status))),
    );
    expect(answers).toEqual(Array(20).fill(200));
    expect(growth).toBeLessThan(5 * wholeBytes);
  });

  it('R3-N4 is downloaded byte for byte as a stream', async () => {
    const { digest, bytes } = await stored(large);
    const path = `/api/v1/deliveries/${large}/body`;
    let answer: Awaited<ReturnType<typeof digestOf>> | undefined;
    const growth = await peakGrowth(async () => {
      answer = await digestOf(path);
    });
    expect(answer).toMatchObject({ status: 200, digest, bytes });
    expect(answer?.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(bytes),
      'content-disposition': `attachment; filename="delivery-${large}.json"`,
    });
    expect(growth).toBeLessThan(5 * wholeBytes);
  });

  it('R3-N4 is replayed by a copy that the database makes', async () => {
    const replays: DeliveryView[] = [];
    const growth = await peakGrowth(() =>
      Promise.all(
        Array.from({ length: 10 }, async () => {
          replays.push(expectOk(await owner.post<DeliveryView>(`/api/v1/deliveries/${large}/replay`, {}), 202));
        }),
      ),
    );
    const first = expectOk(await get(large));
    const again = expectOk(await get(replays[0]!.id));
    for (const key of [
      'forge',
      'eventName',
      'proof',
      'ref',
      'before',
      'after',
      'headers',
      'body',
      'bodyBytes',
    ] as const)
      expect([key, again[key]]).toEqual([key, first[key]]);
    expect(again).toMatchObject({ replayOf: large, sender: 'Olga Owner', status: 'received' });
    const digests = await Promise.all(replays.map(async ({ id }) => (await stored(id)).digest));
    expect(new Set(digests)).toEqual(new Set([(await stored(large)).digest]));
    const second = expectOk(await owner.post<DeliveryView>(`/api/v1/deliveries/${again.id}/replay`, {}), 202);
    expect(second.replayOf).toBe(large);
    expect(growth).toBeLessThan(5 * wholeBytes);
  });
});

describe('a body', () => {
  it('is answered whole when it is short', async () => {
    const id = await deliver({ payload: '{"ref":"refs/heads/main","zen":"ü"}' });
    const whole = '{"ref":"refs/heads/main","zen":"ü"}';
    expect(expectOk(await get(id))).toMatchObject({ body: whole, bodyBytes: 36, bodyTruncated: false });
    const answer = await owner.get(`/api/v1/deliveries/${id}/body`);
    expect([answer.status, answer.text]).toEqual([200, whole]);
  });

  it('R3-N4 of another organization is not there', async () => {
    const { visitor } = await world.stranger(owner);
    expect((await visitor.get(`/api/v1/deliveries/${large}/body`)).status).toBe(404);
  });

  it('R3-N4 is not downloaded by one organization any number of times at once, and others get in', async () => {
    const path = `/api/v1/deliveries/${large}/body`;
    // Connections whose client does not read hold what they were given.
    const stalled = Array.from({ length: 12 }, () =>
      request(world.origin + path, { headers: { cookie: owner.cookie } }),
    );
    const statuses = await Promise.all(
      stalled.map(
        (one) =>
          new Promise<number>((resolve, reject) => {
            one.on('response', (answer) => resolve(answer.statusCode ?? 0));
            one.on('error', reject);
            one.end();
          }),
      ),
    );
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    const refused = await owner.get(path);
    expect([refused.status, problemOf(refused).code]).toEqual([429, 'rate_limited']);
    const { visitor, organizationId } = await world.stranger(owner, 'other');
    const theirs = await world.project(visitor, organizationId);
    const { deliveryId } = (await (await world.push(theirs)).json()) as Accepted;
    expect((await visitor.get(`/api/v1/deliveries/${deliveryId}/body`)).status).toBe(200);
    for (const one of stalled) one.destroy();
    await expect.poll(async () => (await digestOf(path)).status).toBe(200);
  });
});
