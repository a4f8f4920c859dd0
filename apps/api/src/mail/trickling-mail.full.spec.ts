import { randomUUID } from 'node:crypto';
import type { CreatedInvitation, Page, PendingInvitationView, Trial } from '@cooperage/contracts';
import {
  type MailReceiver,
  startMailReceiver,
  startTricklingMailServer,
  type TricklingMailServer,
} from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, password } from '../../spec/api-world.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { callerSlots } from '../auth/admission.js';

const ownersAddress = 'owner@acme.example';

describe('R13B-3 with a mail server that goes on answering for ever', () => {
  let receiver: MailReceiver;
  let server: TricklingMailServer;
  let world: ApiWorld;
  let owner: Visitor;
  let invitations: string;
  beforeAll(async () => {
    [receiver, server] = await Promise.all([startMailReceiver(), startTricklingMailServer()]);
    world = await ApiWorld.open({
      variables: { SMTP_URL: server.url, SMTP_FROM: 'cooperage@acme.example' },
      mailLimits: { wholeMs: 2_000 },
    });
    owner = await world.owner();
    invitations = `/api/v1/organizations/${await organizationOf(owner)}/invitations`;
  });
  afterAll(async () => {
    await server.close();
    await Promise.all([world.close(), receiver.close()]);
  });

  const invite = async (email: string) =>
    expectOk(await owner.post<CreatedInvitation>(invitations, { email, role: 'viewer' }), 201);
  const noneOpen = () => expect.poll(() => server.open, { timeout: 10_000 }).toBe(0);

  it('invitations in all slots of a person are made and show their links, and the slots come back', async () => {
    const emails = Array.from({ length: callerSlots.perKey + 1 }, () => `${randomUUID()}@acme.example`);
    const made = await Promise.all(emails.slice(1).map(invite));
    made.push(await invite(emails[0]!));
    for (const invitation of made) expect(invitation).toMatchObject({ mailed: false, mailFailed: true });
    expect((await owner.get('/api/v1/me')).status).toBe(200);
    await noneOpen();
    const pending = expectOk(await owner.get<Page<PendingInvitationView>>(`${invitations}?limit=100`)).items;
    expect(pending.map(({ email }) => email).toSorted()).toEqual(emails.toSorted());
    const secret = new URL(made[0]!.url!).hash.slice(1);
    const person = { secret, name: 'Ada', password };
    expectOk(await world.anonymous().post('/api/v1/invitations/accept', person), 204);
  });

  it('a mail for a try says that it took too long', async () => {
    expect(expectOk(await owner.post<Trial>('/api/v1/settings/trials/mail'))).toMatchObject({
      ok: false,
      fact: 'The mail server did not take a mail: it was not done with the mail within 2 s.',
    });
    await noneOpen();
  });

  it('a link for a lost password is asked for without waiting, and its connection ends', async () => {
    expectOk(await world.anonymous().post('/api/v1/password-resets', { email: ownersAddress }), 202);
    await expect.poll(() => server.open, { timeout: 10_000 }).toBe(1);
    await noneOpen();
  });

  it('mails are sent as soon as the server takes them, also to whom there was none', async () => {
    const email = `${randomUUID()}@acme.example`;
    expect(await invite(email)).toMatchObject({ mailed: false, mailFailed: true, url: expect.any(String) });
    server.relayTo(receiver.url);
    expect(await invite(email)).toMatchObject({ mailed: true, mailFailed: false, url: null });
    expectOk(await world.anonymous().post('/api/v1/password-resets', { email: ownersAddress }), 202);
    await expect
      .poll(() => receiver.mails.map(({ to }) => to), { timeout: 10_000 })
      .toEqual([[email], [ownersAddress]]);
  });
});
