import { request } from 'node:http';
import type { AuditEntry, ChainCheckView, Page } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let acme: string;
let path: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
});
afterAll(() => world.close());

const check = async () => expectOk(await owner.get<ChainCheckView>(`/api/v1/organizations/${acme}/audit/check`));
const newest = async () =>
  expectOk(await owner.get<Page<AuditEntry>>(`/api/v1/organizations/${acme}/audit?limit=1`)).items[0]!;
const args = (count: number, length: number, first: string, name = 'A') =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}${at}`, first.padEnd(length, `${at}`)]));

describe('an entry of the audit', () => {
  it('R5-A6 is small whatever was changed, and its chain is whole', async () => {
    const { project } = await world.project(owner, acme, { buildArgs: args(7, 8_192, 'made') });
    path = `/api/v1/projects/${project.id}`;
    const namedContexts = args(20, 1_000, 'folder/', 'part');
    for (const buildArgs of [args(7, 8_192, 'once'), args(64, 1_000, 'twice')])
      expectOk(await owner.ask('PATCH', path, { description: 'large', buildArgs, namedContexts }));
    const [largest] = await rowsOf<{ bytes: number }>(
      world,
      'SELECT max(octet_length(a::text)) AS bytes FROM audit_entry a',
    );
    expect(largest!.bytes).toBeLessThan(16 * 1024);
    expect(await check()).toMatchObject({ ok: true, broken: null });
  });

  it('R5-A6 says size and hash of what it does not hold, beside what it holds', async () => {
    const value = 'a long argument '.repeat(500);
    expectOk(await owner.ask('PATCH', path, { description: 'short', buildArgs: { LONG: value, SHORT: 'word' } }));
    const { before, after } = await newest();
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(after).toEqual({
      description: 'short',
      buildArgs: { LONG: { bytes: value.length, sha256 }, SHORT: 'word' },
    });
    expect(before).toEqual({ description: 'large', buildArgs: { bytes: expect.any(Number), sha256 } });
  });
});

describe('downloads of an audit', () => {
  it('R5-A6 are two at once for one organization, and others get in', async () => {
    // More than the buffers between the API and a client that reads nothing.
    await rowsOf(
      world,
      `INSERT INTO audit_entry (id, organization_id, actor_kind, actor_name, action, subject_kind, subject_id, after)
       SELECT lpad(to_hex(n), 32, '0')::uuid, $1, 'person', 'x', 'x', 'x', 'x', jsonb_build_object('a', repeat('x', 1000000))
       FROM generate_series(1, 40) n`,
      [acme],
    );
    const lines = `/api/v1/organizations/${acme}/audit/lines`;
    const stalled = Array.from({ length: 3 }, () =>
      request(world.origin + lines, { headers: { cookie: owner.cookie } }),
    );
    const statuses = stalled.map(
      (one) =>
        new Promise<number>((resolve, reject) => {
          one.on('response', (answer) => resolve(answer.statusCode ?? 0));
          one.on('error', reject);
          one.end();
        }),
    );
    expect((await Promise.all(statuses)).toSorted()).toEqual([200, 200, 429]);
    const refused = await owner.get(lines);
    expect([refused.status, problemOf(refused).detail]).toEqual([
      429,
      expect.stringContaining('downloads of an audit'),
    ]);
    const { visitor, organizationId } = await world.stranger(owner);
    expect((await visitor.get(`/api/v1/organizations/${organizationId}/audit/lines`)).status).toBe(200);
    for (const one of stalled) one.destroy();
    await expect.poll(async () => (await owner.get(`${lines}?action=organization`)).status).toBe(200);
  });
});
