import type { CreatedToken, Page, ProjectSummary } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

describe('the cursor of a list', () => {
  let world: ApiWorld;
  let owner: Visitor;
  let acme: string;
  beforeAll(async () => {
    world = await ApiWorld.open();
    owner = await world.owner();
    acme = await organizationOf(owner);
    for (let at = 0; at < 3; at++) await world.project(owner, acme);
  });
  afterAll(() => world.close());

  const list = (visitor: Visitor, cursor = '', headers: Record<string, string> = {}) =>
    visitor.get<Page<ProjectSummary>>(`/api/v1/projects?limit=1${cursor && `&cursor=${cursor}`}`, headers);

  it('R-Low-12 is taken from the caller who got it, and from no other', async () => {
    const member = await world.member(owner, acme, 'viewer');
    const { next } = expectOk(await list(owner));
    expect(expectOk(await list(owner, next!)).items).toHaveLength(1);
    const refused = await list(member, next!);
    expect([refused.status, problemOf(refused).detail]).toEqual([400, expect.stringContaining('does not belong')]);
    expect(expectOk(await list(member, expectOk(await list(member)).next!)).items).toHaveLength(1);
  });

  it('R-Low-12 of a person is not the cursor of a token that the person made', async () => {
    const body = { organizationId: acme, name: 'ci', scopes: ['read'], expiresInDays: null };
    const { secret } = expectOk(await owner.post<CreatedToken>('/api/v1/tokens', body), 201);
    const bearer = { authorization: `Bearer ${secret}` };
    const own = expectOk(await list(world.anonymous(), '', bearer)).next!;
    expect((await list(world.anonymous(), own, bearer)).status).toBe(200);
    expect((await list(owner, own)).status).toBe(400);
    expect((await list(world.anonymous(), expectOk(await list(owner)).next!, bearer)).status).toBe(400);
  });
});
