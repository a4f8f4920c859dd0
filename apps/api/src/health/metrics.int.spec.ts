import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiWorld, organizationOf, password } from '../../spec/api-world.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.open();
});
afterAll(() => world.close());

it('R-C2 gives metrics to nobody without a session or a token, on this machine neither', async () => {
  const address = `${world.origin}/metrics`;
  expect((await fetch(address)).status).toBe(401);
  expect((await fetch(address, { headers: { authorization: 'Bearer nobody' } })).status).toBe(401);
  const owner = await world.owner();
  const body = { organizationId: await organizationOf(owner), name: 'prometheus', scopes: ['read'] };
  const { secret } = expectOk(await owner.post<{ secret: string }>('/api/v1/tokens', body), 201);
  for (const headers of [{ authorization: `Bearer ${secret}` }, { cookie: owner.cookie }]) {
    const answer = await fetch(address, { headers });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('cooperage_build_info');
  }
});

it('R7-A9 gives metrics to administrators alone, and to tokens of theirs that may read', async () => {
  const owner = await world.anonymous().signIn('owner@acme.example', password);
  const organizationId = await organizationOf(owner);
  const viewer = await world.member(owner, organizationId, 'viewer');
  const bearer = async (by: Visitor, scope: string) => {
    const body = { organizationId, name: scope, scopes: [scope] };
    const { secret } = expectOk(await by.post<{ secret: string }>('/api/v1/tokens', body), 201);
    return { authorization: `Bearer ${secret}` };
  };
  const statusOf = async (headers: Record<string, string>) =>
    (await fetch(`${world.origin}/metrics`, { headers })).status;
  expect(await statusOf({ cookie: viewer.cookie })).toBe(403);
  expect(await statusOf(await bearer(viewer, 'read'))).toBe(403);
  expect(await statusOf(await bearer(owner, 'registry'))).toBe(403);
  expect(await statusOf(await bearer(owner, 'read'))).toBe(200);
});
