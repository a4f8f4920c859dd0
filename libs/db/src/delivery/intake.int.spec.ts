import { randomUUID } from 'node:crypto';
import { type FreshDatabase, freshDatabase, query } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../new-id.js';
import { IntakeRepository, type NewDelivery } from './intake-repository.js';

let database: FreshDatabase;
let intake: IntakeRepository;
const projectId = newId();

beforeAll(async () => {
  database = await freshDatabase();
  intake = new IntakeRepository(database.url, 4, () => {});
  await query(database.url, `INSERT INTO organization (id, name, slug, "createdAt") VALUES ('o', 'O', 'o', now())`);
  await query(
    database.url,
    `INSERT INTO project (id, organization_id, slug, name, remote_url, limits, updated_at)
     VALUES ($1, 'o', 'p', 'P', 'https://git.example/x', '{}', now())`,
    [projectId],
  );
});
afterAll(async () => {
  await intake.close();
  await database.drop();
});

const delivery = (changes: Partial<NewDelivery> = {}): NewDelivery => ({
  ...{ projectId, forge: 'generic', deliveryKey: randomUUID(), eventName: 'push', proof: 'bearer', status: 'received' },
  ...{ ref: 'refs/heads/main', before: null, after: null, sender: null, note: null, replayOf: null },
  repository: { id: '7', name: 'octo/hello', addresses: [] },
  headers: { a: '"quoted", \\ and {braces}' },
  body: Buffer.from([0, 255, 34, 92, 123]),
  bodyDigest: Buffer.from([1, 0, 255]),
  ...changes,
});
const count = async (table: string) =>
  (await query<{ count: number }>(database.url, `SELECT count(*)::int FROM ${table}`))[0]!.count;

describe('intake', () => {
  it('stores what arrives together, each as it is, with one promise for each', async () => {
    const outcomes = await Promise.all(Array.from({ length: 300 }, () => intake.insert(delivery())));
    expect(new Set(outcomes.map((outcome) => outcome?.deliveryId)).size).toBe(300);
    expect([await count('delivery'), await count('outbox')]).toEqual([300, 300]);
    const [row] = await query<{ headers: object; body: Buffer; bodyDigest: Buffer; repository: object }>(
      database.url,
      'SELECT headers, body, repository, body_digest AS "bodyDigest" FROM delivery LIMIT 1',
    );
    const { headers, body, bodyDigest, repository } = delivery();
    expect(row).toEqual({ headers, body, bodyDigest, repository });
  });

  it('P3 lets what arrives while a statement is under way share the next one', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => intake.insert(delivery())));
    const ids = outcomes.map((outcome) => outcome?.deliveryId);
    const [row] = await query<{ statements: number }>(
      database.url,
      'SELECT count(DISTINCT xmin::text)::int AS statements FROM delivery WHERE id = ANY($1::uuid[])',
      [ids],
    );
    expect(row).toEqual({ statements: 2 });
  });

  it('stores bodies as they are, whatever they hold, beside digests of which some are not there', async () => {
    const bodies = [
      Buffer.alloc(0),
      Buffer.from([0, 1, 255]),
      Buffer.from('{"a":"\\x41,\\"}'),
      Buffer.alloc(70_000, 7),
    ];
    const digests = [null, Buffer.from([9]), null, Buffer.alloc(32, 5)];
    const outcomes = await Promise.all(
      bodies.map((body, at) => intake.insert(delivery({ body, bodyDigest: digests[at]! }))),
    );
    const rows = await query<{ body: Buffer; digest: Buffer | null }>(
      database.url,
      'SELECT body, body_digest AS digest FROM delivery WHERE id = ANY($1::uuid[]) ORDER BY array_position($1::uuid[], id)',
      [outcomes.map((outcome) => outcome?.deliveryId)],
    );
    expect(rows.map(({ body }) => body)).toEqual(bodies);
    expect(rows.map(({ digest }) => digest)).toEqual(digests);
  });

  it('stores one of many with the same key, whichever statement they are in', async () => {
    const before = await count('delivery');
    const keys = Array.from({ length: 20 }, () => randomUUID());
    const all = Array.from({ length: 400 }, (_, at) => delivery({ deliveryKey: keys[(at * 7) % 20] }));
    const outcomes = await Promise.all(all.map((one) => intake.insert(one)));
    expect(outcomes.filter((outcome) => outcome?.duplicate === false)).toHaveLength(20);
    expect((await count('delivery')) - before).toBe(20);
  });

  it('promises nothing for what is ignored', async () => {
    const before = await count('outbox');
    await Promise.all([intake.insert(delivery({ status: 'ignored' })), intake.insert(delivery({ status: 'ignored' }))]);
    expect(await count('outbox')).toBe(before);
  });

  it('stores all others when one of them cannot be stored', async () => {
    const good = Array.from({ length: 30 }, () => delivery());
    const bad = delivery({ ref: 'refs/heads/\0' });
    const [broken, ...outcomes] = await Promise.allSettled([bad, ...good].map((one) => intake.insert(one)));
    expect(broken?.status).toBe('rejected');
    expect(outcomes.map(({ status }) => status)).toEqual(good.map(() => 'fulfilled'));
  });

  it('knows a project that is not there, among others that are', async () => {
    const [none, some] = await Promise.all([
      intake.insert(delivery({ projectId: newId() })),
      intake.insert(delivery()),
    ]);
    expect(none).toBeNull();
    expect(some?.duplicate).toBe(false);
  });

  it('gives a long body a statement of its own', async () => {
    const body = Buffer.alloc(3 << 20, 'x');
    const outcomes = await Promise.all([delivery(), delivery({ body }), delivery()].map((one) => intake.insert(one)));
    const [row] = await query<{ length: number }>(database.url, 'SELECT length(body) FROM delivery WHERE id = $1', [
      outcomes[1]!.deliveryId,
    ]);
    expect(row?.length).toBe(body.length);
  });
});
