import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { invitationLimits } from './invitation-limits.js';

describe('invitations', () => {
  let world: ApiWorld;
  let owner: Visitor;
  let acme: string;
  beforeAll(async () => {
    world = await ApiWorld.open();
    owner = await world.owner();
    acme = await organizationOf(owner);
  });
  afterAll(() => world.close());

  const invite = (email: string) => owner.post(`/api/v1/organizations/${acme}/invitations`, { email, role: 'viewer' });

  it('R-M8 go to one mail address a few times a day at most', async () => {
    const email = `${randomUUID()}@victim.example`;
    for (let at = 0; at < invitationLimits.address; at++) expectOk(await invite(email), 201);
    const refused = await invite(email.toUpperCase());
    expect([refused.status, problemOf(refused).detail]).toEqual([429, expect.stringContaining('5 invitations a day')]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('R-M8 of one person are bounded within an hour', async () => {
    const answers = await Promise.all(
      Array.from({ length: invitationLimits.inviter }, () => invite(`${randomUUID()}@victim.example`)),
    );
    expect(answers.some(({ status }) => status === 429)).toBe(true);
    const refused = await invite(`${randomUUID()}@victim.example`);
    expect([refused.status, problemOf(refused).detail]).toEqual([429, expect.stringContaining('an hour')]);
  });
});
