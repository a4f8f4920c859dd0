import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { expectOk } from '../../spec/visitor.js';

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
