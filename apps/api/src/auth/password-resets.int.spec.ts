import { randomUUID } from 'node:crypto';
import type { CreatedInvitation, CreatedPasswordReset, CreatedToken, Me } from '@cooperage/contracts';
import { type MailReceiver, startMailReceiver } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, password } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { waitFor } from '../../spec/wait-for.js';

let mail: MailReceiver;
let world: ApiWorld;
let quiet: ApiWorld;
let owner: Visitor;
let organizationId: string;

beforeAll(async () => {
  mail = await startMailReceiver();
  world = await ApiWorld.open({ variables: { SMTP_URL: mail.url, SMTP_FROM: 'cooperage@acme.example' } });
  world.mails = mail;
  quiet = await ApiWorld.open();
  owner = await world.owner();
  organizationId = await organizationOf(owner);
});
afterAll(async () => {
  await Promise.all([world.close(), quiet.close()]);
  await mail.close();
});

const newPassword = 'an entirely new password';
const ask = (email: string, at = world) => at.anonymous().post('/api/v1/password-resets', { email });
const use = (secret: string, changes: object = {}) =>
  world.anonymous().post('/api/v1/password-resets/use', { secret, password: newPassword, ...changes });
const mailsTo = (email: string) => mail.mails.filter(({ to }) => to.includes(email));
const secretIn = (text: string) => /reset-password#([\w-]+)/.exec(text)?.[1] ?? '';
const newAddress = () => `${randomUUID()}@acme.example`;
const member = async (role: 'viewer' | 'owner' | 'admin' = 'viewer') => {
  const email = newAddress();
  const visitor = await world.member(owner, organizationId, role, email);
  return { visitor, email, id: expectOk(await visitor.get<Me>('/api/v1/me')).id };
};
const linkFor = (id: string, by = owner, organization = organizationId) =>
  by.post<CreatedPasswordReset>(`/api/v1/organizations/${organization}/members/${id}/password-resets`);

/** A member with an API token. */
async function tokenHolder() {
  const { visitor, email } = await member();
  const token = { organizationId, name: 'ci', scopes: ['read'], expiresInDays: null };
  const { secret } = expectOk(await visitor.post<CreatedToken>('/api/v1/tokens', token), 201);
  return { visitor: Object.assign(visitor, { email }), bearer: { authorization: `Bearer ${secret}` } };
}

async function mailedSecret(email: string): Promise<string> {
  const before = mailsTo(email).length;
  expect((await ask(email)).status).toBe(202);
  await waitFor(() => expect(mailsTo(email).length).toBeGreaterThan(before));
  return secretIn(mailsTo(email).at(-1)!.text);
}

describe('a forgotten password', () => {
  it('is replaced by a link in a mail, which works once and ends all sessions', async () => {
    const { visitor, email } = await member();
    expect((await ask(email.toUpperCase())).status).toBe(202);
    await waitFor(() => expect(mailsTo(email).length).toBeGreaterThan(1));
    const received = mailsTo(email).at(-1)!;
    expect(received.from).toBe('cooperage@acme.example');
    const secret = secretIn(received.text);
    expect(expectOk(await world.anonymous().post('/api/v1/password-resets/find', { secret }))).toEqual({
      email,
      apiTokens: 0,
    });
    expect((await use(secret, { password: 'short' })).status).toBe(400);
    expect((await visitor.get('/api/v1/me')).status).toBe(200);
    expectOk(await use(secret), 204);
    expect((await visitor.get('/api/v1/me')).status).toBe(401);
    await expect(world.anonymous().signIn(email, password)).rejects.toThrow('401');
    await world.anonymous().signIn(email, newPassword);
    expect((await use(secret)).status).toBe(404);
  });

  it('R-Low-6 revokes the API tokens of the account, which somebody else may have made', async () => {
    const { visitor, bearer } = await tokenHolder();
    expect((await visitor.get('/api/v1/projects', bearer)).status).toBe(200);
    const secret = await mailedSecret(visitor.email);
    expect(expectOk(await world.anonymous().post('/api/v1/password-resets/find', { secret }))).toMatchObject({
      apiTokens: 1,
    });
    expectOk(await use(secret), 204);
    expect((await world.anonymous().get('/api/v1/projects', bearer)).status).toBe(401);
  });

  it('R-Low-6 keeps the API tokens when the person asks for it', async () => {
    const { visitor, bearer } = await tokenHolder();
    expectOk(await use(await mailedSecret(visitor.email), { keepApiTokens: true }), 204);
    expect((await world.anonymous().get('/api/v1/projects', bearer)).status).toBe(200);
  });

  it('S-079 is answered alike for unknown people, who get no mail', async () => {
    const { email } = await member();
    const before = mail.mails.length;
    const [known, unknown] = [await ask(email), await ask('nobody@acme.example')];
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
    await waitFor(() => expect(mail.mails.length).toBeGreaterThan(before));
    expect(mailsTo('nobody@acme.example')).toEqual([]);
  });

  it('S-079 is mailed three times an hour at most, and asking more often shows nothing', async () => {
    const { email } = await member();
    const invitations = mailsTo(email).length;
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(email)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 202));
    await waitFor(() => expect(mailsTo(email)).toHaveLength(invitations + 3));
  });

  it('is no matter of mail where none is configured', async () => {
    expect([(await ask('a@b.example', quiet)).status, (await ask('nobody@b.example', quiet)).status]).toEqual([
      409, 409,
    ]);
  });
});

describe('a link', () => {
  it('is made by an owner for a member, shown once, and voids the one before', async () => {
    const { id, email } = await member();
    const first = expectOk(await linkFor(id), 201);
    const second = expectOk(await linkFor(id), 201);
    expect(new URL(first.url).origin).toBe(world.origin);
    expect((await use(secretIn(first.url))).status).toBe(404);
    expectOk(await use(secretIn(second.url)), 204);
    await world.anonymous().signIn(email, newPassword);
  });

  it('R7-A8 stays when anybody asks for a mail, and a mailed one does not', async () => {
    const { id, email } = await member();
    const shown = expectOk(await linkFor(id), 201);
    await mailedSecret(email);
    await mailedSecret(email);
    const links = await rowsOf(world, `SELECT identifier FROM verification WHERE value = '${id}'`);
    expect(links).toHaveLength(2);
    expectOk(await use(secretIn(shown.url)), 204);
  });

  it('is not kept in a form that whoever reads the table could use', async () => {
    const { id } = await member();
    const secret = secretIn(expectOk(await linkFor(id), 201).url);
    const rows = await rowsOf(world, 'SELECT identifier, value FROM verification');
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it('S-075 that has run out opens nothing', async () => {
    const { id } = await member();
    const secret = secretIn(expectOk(await linkFor(id), 201).url);
    await rowsOf(world, `UPDATE verification SET "expiresAt" = now() - interval '1 second' WHERE value = $1`, [id]);
    expect((await use(secret)).status).toBe(404);
  });

  it('S-066 is made by nobody but owners', async () => {
    const { id } = await member();
    const { visitor: admin } = await member('admin');
    expect((await linkFor(id, admin)).status).toBe(403);
    expect((await linkFor(randomUUID())).status).toBe(404);
  });

  it('S-065 is not made for whoever is in somebody else’s organization too', async () => {
    const { id, email } = await member();
    const { visitor: stranger, organizationId: rival } = await world.stranger(owner, `r-${randomUUID().slice(0, 8)}`);
    const secret = await world.invite(stranger, rival, 'viewer', email);
    const person = await world.anonymous().signIn(email, password);
    expectOk(await person.post('/api/v1/invitations/join', { secret }), 204);
    expect((await linkFor(id, stranger, rival)).status).toBe(403);
    const refused = await linkFor(id);
    expect([refused.status, problemOf(refused).detail]).toEqual([403, expect.stringContaining('do not own')]);
    expect((await linkFor(id, stranger)).status).toBe(404);
  });

  it('S-066 for an administrator of the installation is made by an administrator only', async () => {
    const { visitor: second } = await member('owner');
    const { id } = expectOk(await owner.get<Me>('/api/v1/me'));
    expect((await linkFor(id, second)).status).toBe(403);
  });

  describe('that an owner was shown', () => {
    const shownFor = async (id: string, by = owner) => secretIn(expectOk(await linkFor(id, by), 201).url);
    const find = (secret: string) => world.anonymous().post('/api/v1/password-resets/find', { secret });
    const statuses = async (secret: string) => [(await find(secret)).status, (await use(secret)).status];

    it('R3-N5 opens nothing after the member has joined an organization that the owner does not own', async () => {
      const { id, email, visitor } = await member();
      const { visitor: rival, organizationId: other } = await world.stranger(owner, `j-${randomUUID().slice(0, 8)}`);
      const secret = await shownFor(id);
      const invitation = await world.invite(rival, other, 'viewer', email);
      expectOk(await visitor.post('/api/v1/invitations/join', { secret: invitation }), 204);
      expect(await statuses(secret)).toEqual([404, 404]);
      expect((await visitor.get('/api/v1/me')).status).toBe(200);
    });

    it('R3-N5 opens nothing after the member has left the organization', async () => {
      const { id } = await member();
      const secret = await shownFor(id);
      expectOk(await owner.ask('DELETE', `/api/v1/organizations/${organizationId}/members/${id}`), 204);
      expect(await statuses(secret)).toEqual([404, 404]);
    });

    it('R3-N5 opens nothing after the one who made it is no owner any more', async () => {
      const { id } = await member();
      const { visitor: second, id: secondId } = await member('owner');
      const secret = await shownFor(id, second);
      const path = `/api/v1/organizations/${organizationId}/members/${secondId}`;
      expectOk(await owner.ask('PATCH', path, { role: 'admin' }), 204);
      expect(await statuses(secret)).toEqual([404, 404]);
    });

    it('R3-N5 opens nothing after the member has changed the password', async () => {
      const { id, visitor } = await member();
      const secret = await shownFor(id);
      const change = { currentPassword: password, newPassword };
      expectOk(await visitor.post('/api/auth/change-password', change));
      expect(await statuses(secret)).toEqual([404, 404]);
    });
  });

  // Last: it uses up the tries of this address.
  it('S-079 is not guessed: after some tries nobody may go on for a while', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, (_, at) => use(`guess-${at}`)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(40);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('ratelimit')).toMatch(/^"tries";r=0;t=\d+$/);
    expect(refused[0]?.headers.get('ratelimit-policy')).toBe('"tries";q=20;w=600');
    expect(answers.every(({ status }) => status === 404 || status === 429)).toBe(true);
    // Who may go on is told how often.
    const allowed = answers.filter(({ status }) => status === 404);
    const left = allowed.map(({ headers }) => /^"tries";r=(\d+);t=\d+$/.exec(headers.get('ratelimit') ?? '')?.[1]);
    expect(new Set(left).size).toBe(allowed.length);
    expect(allowed[0]?.headers.get('ratelimit-policy')).toBe('"tries";q=20;w=600');
  });
});

describe('an invitation', () => {
  it('is mailed where mail is configured, and its link is not shown then', async () => {
    const invite = (email: string) =>
      owner.post<CreatedInvitation>(`/api/v1/organizations/${organizationId}/invitations`, {
        email,
        role: 'viewer',
      });
    const email = newAddress();
    const made = expectOk(await invite(email), 201);
    expect(made).toMatchObject({ mailed: true, url: null });
    expect(mailsTo(email)[0]?.text).toContain(`${world.origin}/invitation#`);
  });

  it('is made all the same when the mail server does not answer', async () => {
    const broken = await ApiWorld.open({ variables: { SMTP_URL: 'smtp://127.0.0.1:9', SMTP_FROM: 'c@acme.example' } });
    const someone = await broken.owner();
    const path = `/api/v1/organizations/${await organizationOf(someone)}/invitations`;
    const made = await someone.post<{ mailed: boolean }>(path, { email: newAddress(), role: 'viewer' });
    expect(expectOk(made, 201).mailed).toBe(false);
    await broken.close();
  });
});
