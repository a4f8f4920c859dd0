import { randomUUID } from 'node:crypto';
import type { CreatedInvitation, CreatedPasswordReset, CreatedToken, Me } from '@cooperage/contracts';
import { type MailReceiver, startMailReceiver, startOidcProvider, type TestOidcProvider } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, password } from '../../../spec/api-world.js';
import { freePort } from '../../../spec/free-port.js';
import { passProvider } from '../../../spec/provider-browser.js';
import { rowsOf } from '../../../spec/rows.js';
import { expectOk, type Visitor } from '../../../spec/visitor.js';

let mail: MailReceiver;
let provider: TestOidcProvider;
let world: ApiWorld;
let owner: Visitor;
let acme: string;

beforeAll(async () => {
  const port = await freePort();
  mail = await startMailReceiver();
  provider = await startOidcProvider(`http://127.0.0.1:${port}/api/auth/oidc/callback`);
  world = await ApiWorld.open({
    port,
    variables: {
      ...{ SMTP_URL: mail.url, SMTP_FROM: 'cooperage@acme.example' },
      OIDC_ISSUER_URL: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
    },
  });
  world.mails = mail;
  owner = await world.owner();
  acme = await organizationOf(owner);
});
afterAll(async () => {
  await world?.close();
  await Promise.all([provider?.close(), mail?.close()]);
});

const addressOf = (person: string) => `${person}@acme.example`;
const meOf = async (visitor: Visitor) => expectOk(await visitor.get<Me>('/api/v1/me'));
const isIn = async (visitor: Visitor) => (await visitor.get('/api/v1/me')).status === 200;
const verified = async (email: string) =>
  (await rowsOf(world, 'SELECT "emailVerified" AS yes FROM "user" WHERE email = $1', [email]))[0]?.yes;

/** The account of an address as an inviter makes it who saw the link: before links were mailed, or without a mail server. */
async function hijacked(person: string): Promise<Visitor> {
  const email = addressOf(person);
  const attacker = await world.member(owner, acme, 'viewer', email);
  await rowsOf(world, 'UPDATE "user" SET "emailVerified" = false WHERE email = $1', [email]);
  return attacker;
}

async function signInByProvider(person: string): Promise<{ visitor: Visitor; to: string }> {
  provider.people.set(person, { email: addressOf(person), email_verified: true, name: `The true ${person}` });
  const visitor = world.anonymous();
  const begun = await visitor.get('/api/auth/oidc/start');
  const back = await passProvider(provider, begun.headers.get('location')!, person);
  const { headers } = await visitor.get(back.slice(world.origin.length));
  return { visitor, to: headers.get('location')! };
}

describe('an invitation', () => {
  const invite = async (email: string) =>
    expectOk(
      await owner.post<CreatedInvitation>(`/api/v1/organizations/${acme}/invitations`, { email, role: 'viewer' }),
      201,
    );

  it('R-H6 shows its link to the inviter only if it was not mailed', async () => {
    expect(await invite(addressOf('mailed'))).toMatchObject({ mailed: true, url: null });
    const quiet = await ApiWorld.open();
    const someone = await quiet.owner();
    const path = `/api/v1/organizations/${await organizationOf(someone)}/invitations`;
    const body = { email: addressOf('shown'), role: 'viewer' };
    expect(expectOk(await someone.post<CreatedInvitation>(path, body), 201)).toMatchObject({
      mailed: false,
      url: expect.stringContaining('/invitation#'),
    });
    await quiet.member(someone, await organizationOf(someone), 'viewer', addressOf('shown'));
    const rows = await rowsOf(quiet, 'SELECT "emailVerified" AS yes FROM "user" WHERE email = $1', [
      addressOf('shown'),
    ]);
    expect(rows).toEqual([{ yes: false }]);
    await quiet.close();
  });

  it('R-H6 proves the address if it was mailed', async () => {
    await world.member(owner, acme, 'viewer', addressOf('proven'));
    expect(await verified(addressOf('proven'))).toBe(true);
  });
});

describe('the first sign-in by the provider', () => {
  it('R-H6 takes an account whose address was not proven away from whoever made it', async () => {
    const attacker = await hijacked('victim');
    const { id } = await meOf(attacker);
    const token = await attacker.post<CreatedToken>('/api/v1/tokens', {
      ...{ organizationId: acme, name: 'later', scopes: ['read'], expiresInDays: null },
    });
    const { secret } = expectOk(token, 201);
    const bearer = { authorization: `Bearer ${secret}` };
    expect((await world.anonymous().get('/api/v1/projects', bearer)).status).toBe(200);

    const { visitor, to } = await signInByProvider('victim');
    expect(to).toBe('/');
    expect(await meOf(visitor)).toMatchObject({ id, name: 'The true victim', email: addressOf('victim') });
    expect(await isIn(attacker)).toBe(false);
    await expect(world.anonymous().signIn(addressOf('victim'), password)).rejects.toThrow('401');
    expect((await world.anonymous().get('/api/v1/projects', bearer)).status).toBe(401);
    expect(await verified(addressOf('victim'))).toBe(true);
    const audit = await rowsOf(world, "SELECT after FROM audit_entry WHERE action = 'user.claim' AND subject_id = $1", [
      id,
    ]);
    expect(audit).toMatchObject([{ after: { passwords: 1, sessions: 1, tokens: 1 } }]);
    // The second time nothing is taken away.
    expect((await signInByProvider('victim')).to).toBe('/');
    expect(await isIn(visitor)).toBe(true);
  });

  it('R-H6 leaves the password of an account whose address was proven by a mailed link', async () => {
    const member = await world.member(owner, acme, 'viewer', addressOf('honest'));
    const { visitor } = await signInByProvider('honest');
    expect((await meOf(visitor)).id).toBe((await meOf(member)).id);
    await world.anonymous().signIn(addressOf('honest'), password);
  });

  it('R-H6 does not leave a password that was set with a link that an owner saw', async () => {
    const member = await world.member(owner, acme, 'viewer', addressOf('helped'));
    const { id } = await meOf(member);
    const made = await owner.post<CreatedPasswordReset>(`/api/v1/organizations/${acme}/members/${id}/password-resets`);
    const secret = expectOk(made, 201).url.split('#')[1];
    const owners = `known to the owner ${randomUUID()}`;
    expectOk(await world.anonymous().post('/api/v1/password-resets/use', { secret, password: owners }), 204);
    expect(await verified(addressOf('helped'))).toBe(false);
    expect((await signInByProvider('helped')).to).toBe('/');
    await expect(world.anonymous().signIn(addressOf('helped'), owners)).rejects.toThrow('401');
  });

  it('R-H6 gives nobody the account of an administrator whose address is not proven', async () => {
    const { email } = await meOf(owner);
    await rowsOf(world, 'UPDATE "user" SET "emailVerified" = false WHERE email = $1', [email]);
    const { to } = await signInByProvider(email.split('@')[0]!);
    expect(to).toBe('/sign-in?problem=email_not_verified');
    expect(await isIn(owner)).toBe(true);
  });
});
