import { randomUUID } from 'node:crypto';
import type { Me, Page, PendingInvitationView } from '@cooperage/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, password } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let olga: Visitor;
let organizationId: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  olga = await world.owner();
  organizationId = await organizationOf(olga);
});
afterEach(() => removeAll());
afterAll(() => world.close());

const newAddress = () => `${randomUUID()}@acme.example`;
const invitations = () => `/api/v1/organizations/${organizationId}/invitations`;
const pending = async () => expectOk(await olga.get<Page<PendingInvitationView>>(invitations())).items;
const removeAll = async () => {
  for (const { id } of await pending()) await olga.ask('DELETE', `${invitations()}/${id}`);
};
const accept = async (secret: string) =>
  (await world.anonymous().post('/api/v1/invitations/accept', { secret, name: 'Mallory', password })).status;
const otherOwner = async () => {
  const visitor = await world.member(olga, organizationId, 'owner', newAddress());
  const { id } = expectOk(await visitor.get<Me>('/api/v1/me'));
  return { visitor, address: `/api/v1/organizations/${organizationId}/members/${id}` };
};

describe('an invitation', () => {
  it('R5-A1 lets nobody in after its inviter was removed', async () => {
    const { visitor, address } = await otherOwner();
    const email = newAddress();
    const [secret, forAccount] = [
      await world.invite(visitor, organizationId, 'owner', email),
      await world.invite(visitor, organizationId, 'owner', 'stays@acme.example'),
    ];
    expect(await pending()).toMatchObject([{ role: 'owner' }, { role: 'owner' }]);
    expectOk(await olga.ask('DELETE', address), 204);
    expect(await accept(secret)).toBe(404);
    expect((await world.anonymous().post('/api/v1/invitations/find', { secret: forAccount })).status).toBe(404);
    expect(await pending()).toEqual([]);
  });

  it('R5-A1 lets nobody in after its inviter may no longer invite, nor when they may again', async () => {
    const { visitor, address } = await otherOwner();
    const secret = await world.invite(visitor, organizationId, 'owner', newAddress());
    expectOk(await olga.ask('PATCH', address, { role: 'viewer' }), 204);
    expect(await accept(secret)).toBe(404);
    expectOk(await olga.ask('PATCH', address, { role: 'owner' }), 204);
    expect(await accept(secret)).toBe(404);
  });

  it('R5-A1 counts by what its inviter may do now, also where it was left behind', async () => {
    const { visitor } = await otherOwner();
    const secret = await world.invite(visitor, organizationId, 'owner', newAddress());
    const { id } = expectOk(await visitor.get<Me>('/api/v1/me'));
    expect(await pending()).toHaveLength(1);
    // As before the upgrade: nothing but the role changes.
    await rowsOf(world, `UPDATE member SET role = 'admin' WHERE "userId" = $1`, [id]);
    expect(await pending()).toEqual([]);
    expect(await accept(secret)).toBe(404);
  });

  it('is seen by owners until it is used, and by nobody else', async () => {
    const email = newAddress();
    const secret = await world.invite(olga, organizationId, 'viewer', email);
    expect(await pending()).toMatchObject([{ email, role: 'viewer', inviterName: expect.any(String) }]);
    const viewer = await world.member(olga, organizationId, 'admin', newAddress());
    expect((await viewer.get(invitations())).status).toBe(403);
    expect(await accept(secret)).toBe(204);
    expect(await pending()).toEqual([]);
  });

  it('V-8 is listed before all that are older, on every page', async () => {
    const emails = Array.from({ length: 6 }, newAddress);
    for (const email of emails) await world.invite(olga, organizationId, 'viewer', email);
    const listed: string[] = [];
    for (let cursor = ''; ; ) {
      const page = expectOk(await olga.get<Page<PendingInvitationView>>(`${invitations()}?limit=2${cursor}`));
      listed.push(...page.items.map(({ email }) => email));
      if (page.next === null) break;
      // One that was revoked meanwhile hides none behind it.
      await olga.ask('DELETE', `${invitations()}/${page.items.at(-1)!.id}`);
      cursor = `&cursor=${page.next}`;
    }
    expect(listed).toEqual(emails.toReversed());
  });

  it('is revoked by an owner, after which its link works no more', async () => {
    const secret = await world.invite(olga, organizationId, 'viewer', newAddress());
    const [invitation] = await pending();
    const address = `${invitations()}/${invitation!.id}`;
    const { visitor: rival } = await world.stranger(olga, `r-${randomUUID().slice(0, 8)}`);
    expect((await rival.ask('DELETE', address)).status).toBe(404);
    expectOk(await olga.ask('DELETE', address), 204);
    expect((await olga.ask('DELETE', address)).status).toBe(404);
    expect(await accept(secret)).toBe(404);
  });
});
