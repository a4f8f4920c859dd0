import type { CreatedToken, Me, SavedView } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let organizationId: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  organizationId = await organizationOf(owner);
});
afterAll(() => world.close());

const create = (by: Visitor, organization = organizationId) =>
  by.post<CreatedToken>('/api/v1/tokens', { organizationId: organization, name: 'ci', scopes: ['read'] });

/** Gives the caller further tokens, as if made before. */
async function addTokens(by: Visitor, count: number, state: string): Promise<void> {
  const { id } = expectOk(await by.get<Me>('/api/v1/me'));
  const states: Record<string, string> = {
    living: 'NULL, NULL',
    revoked: 'now(), NULL',
    expired: "NULL, now() - interval '1 second'",
  };
  await rowsOf(
    world,
    `INSERT INTO api_token (id, organization_id, user_id, name, prefix, hash, scopes, revoked_at, expires_at)
     SELECT gen_random_uuid(), $1, $2, 'ci', 'cpt_x', sha256(gen_random_uuid()::text::bytea), '{read}', ${states[state]}
     FROM generate_series(1, $3::int)`,
    [organizationId, id, count],
  );
}

describe('API tokens of a person', () => {
  it('R3-N10 are a hundred at most in one organization, without those that are revoked or have expired', async () => {
    const viewer = await world.member(owner, organizationId, 'viewer');
    await addTokens(viewer, 20, 'revoked');
    await addTokens(viewer, 20, 'expired');
    await addTokens(viewer, 98, 'living');
    // Two more at the same time pass, and no third one between them.
    const answers = await Promise.all([create(viewer), create(viewer), create(viewer), create(viewer)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409]);
    const refused = problemOf(answers.find(({ status }) => status === 409)!);
    expect([refused.code, refused.detail]).toEqual(['conflict', expect.stringContaining('Revoke one')]);
    const made = answers.find(({ status }) => status === 201)!;
    expectOk(await viewer.ask('DELETE', `/api/v1/tokens/${made.body.id}`), 204);
    expectOk(await create(viewer), 201);
    expectOk(await create(owner), 201);
  });

  it('R3-N10 are not made any number of times in an hour, and can be revoked all the same', async () => {
    const viewer = await world.member(owner, organizationId, 'viewer');
    const { id } = expectOk(await create(viewer), 201);
    const answers = await Promise.all(Array.from({ length: 64 }, () => create(viewer)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(59);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
    expectOk(await viewer.ask('DELETE', `/api/v1/tokens/${id}`), 204);
    expect((await create(viewer)).status).toBe(429);
    expectOk(await create(owner), 201);
  });
});

describe('saved views', () => {
  it('R3-N10 are not saved and deleted in a loop, and the audit does not grow by them', async () => {
    const viewer = await world.member(owner, organizationId, 'viewer');
    const entries = async () => (await rowsOf(world, 'SELECT count(*) FROM audit_entry'))[0];
    const before = await entries();
    const statuses: number[] = [];
    for (let times = 0; times < 61; times++) {
      const { status, body } = await viewer.post<SavedView>('/api/v1/saved-views', {
        name: 'Red',
        filter: 'is:failed',
      });
      statuses.push(status);
      if (status === 201) statuses.push((await viewer.ask('DELETE', `/api/v1/saved-views/${body.id}`)).status);
    }
    expect(statuses.slice(0, 2)).toEqual([201, 204]);
    expect(statuses).toContain(429);
    expect(await entries()).toEqual(before);
    expectOk(await owner.post('/api/v1/saved-views', { name: 'Red', filter: 'is:failed' }), 201);
  });
});
