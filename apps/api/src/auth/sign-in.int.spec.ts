import { randomUUID } from 'node:crypto';
import type { Me, Page, SessionView } from '@cooperage/contracts';
import { SessionRepository } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, password } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { setupToken } from '../../spec/test-settings.js';
import { expectOk, problemOf, Visitor } from '../../spec/visitor.js';
import { signedValue } from './session-cookie.js';

let world: ApiWorld;
let owner: Visitor;
const secretKey = 'k'.repeat(8) + randomUUID() + randomUUID();

beforeAll(async () => {
  world = await ApiWorld.open({ secretKey });
});
afterAll(() => world.close());

const person = { email: 'owner@acme.example', name: 'Olga Owner', password };
const setup = (changes: object = {}) =>
  world.anonymous().post('/api/v1/setup', {
    ...{ token: setupToken, ...person, organization: { name: 'Acme', slug: 'acme' } },
    ...changes,
  });

describe('the first set-up', () => {
  it('wants the token, a good password and a free name', async () => {
    expect(expectOk(await world.anonymous().get('/api/v1/setup'))).toEqual({ needed: true });
    expect((await setup({ token: 'wrong' })).status).toBe(403);
    expect((await setup({ password: 'short' })).status).toBe(400);
    expect((await setup({ organization: { name: 'x', slug: 'staging' } })).status).toBe(400);
    expect((await setup({ role: 'owner' })).status).toBe(400);
  });

  it('S-082 makes one administrator, however many try at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        setup({ email: `o${at}@acme.example`, organization: { name: 'x', slug: `acme-${at}` } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 410)]);
    expect(expectOk(await world.anonymous().get('/api/v1/setup'))).toEqual({ needed: false });
    expect((await setup()).status).toBe(410);
    const winner = answers.findIndex(({ status }) => status === 201);
    owner = await world.anonymous().signIn(`o${winner}@acme.example`, password);
  });
});

describe('a sign-in', () => {
  it('S-076 sets a cookie that scripts and other sites do not get', async () => {
    const { headers, text } = await world
      .anonymous()
      .post('/api/auth/sign-in/email', { email: (await me()).email, password });
    const [cookie, ...others] = headers.getSetCookie();
    expect(others).toEqual([]);
    expect(cookie).toMatch(/^cooperage-session-\d+=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(text).toBe('{"ok":true}');
  });

  it('S-079 answers alike for a wrong password and an unknown person', async () => {
    const wrong = await world
      .anonymous()
      .post('/api/auth/sign-in/email', { email: (await me()).email, password: 'wrong' });
    const unknown = await world
      .anonymous()
      .post('/api/auth/sign-in/email', { email: 'nobody@acme.example', password: 'wrong' });
    expect([wrong.status, problemOf(wrong).detail]).toEqual([401, problemOf(unknown).detail]);
    expect(unknown.status).toBe(401);
  });

  it('S-079 ends after some tries, and says when it may go on', async () => {
    const tries = Array.from({ length: 14 }, () =>
      world.anonymous().post('/api/auth/sign-in/email', { email: 'victim@acme.example', password: 'guess' }),
    );
    const answers = await Promise.all(tries);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(4);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('S-067 S-070 takes texts only', async () => {
    for (const body of [
      { email: { not: null }, password },
      { email: ['a'], password },
      { email: 'a@b.c', password: { contains: '' } },
      [],
    ])
      expect((await world.anonymous().post('/api/auth/sign-in/email', body)).status).toBe(400);
  });

  it('of the sign-in library’s other doors none is open', async () => {
    for (const path of [
      'sign-up/email',
      'get-session',
      'update-user',
      'delete-user',
      'list-sessions',
      'revoke-sessions',
      'reset-password',
      'error',
      'ok',
    ])
      for (const method of ['GET', 'POST']) {
        const body = method === 'POST' ? { email: 'x@acme.example', password, name: 'x' } : undefined;
        expect((await world.anonymous().ask(method, `/api/auth/${path}`, body)).status).toBe(404);
      }
  });
});

describe('a session', () => {
  it('S-075 is a new one after each sign-in, never the one that was brought', async () => {
    const fixed = new Visitor(world.origin);
    const brought = `cooperage-session-${new URL(world.origin).port}=${signedValue('fixed-token', secretKey)}`;
    const answer = await fixed.post(
      '/api/auth/sign-in/email',
      { email: (await me()).email, password },
      { cookie: brought, origin: world.origin },
    );
    expect(answer.status).toBe(200);
    expect(fixed.cookie).not.toContain('fixed-token');
    expect((await world.anonymous().get('/api/v1/me', { cookie: brought })).status).toBe(401);
  });

  it('S-075 ends at once with the sign-out', async () => {
    const visitor = await world.anonymous().signIn((await me()).email, password);
    const { cookie } = visitor;
    expectOk(await visitor.post('/api/auth/sign-out'));
    expect((await world.anonymous().get('/api/v1/me', { cookie })).status).toBe(401);
  });

  it('S-075 ends when another session of the person ends it, or the password changes', async () => {
    const email = `${randomUUID()}@acme.example`;
    const first = await world.member(owner, await organizationOf(owner), 'viewer', email);
    const second = await world.anonymous().signIn(email, password);
    const third = await world.anonymous().signIn(email, password);
    const { items } = expectOk(await third.get<Page<SessionView>>('/api/v1/me/sessions'));
    expect(items.map(({ current }) => current)).toEqual([true, false, false]);
    expectOk(await third.ask('DELETE', `/api/v1/me/sessions/${items[2]!.id}`), 204);
    expect((await first.get('/api/v1/me')).status).toBe(401);
    const change = { currentPassword: password, newPassword: 'another long password' };
    expect((await third.post('/api/auth/change-password', { ...change, currentPassword: 'wrong' })).status).toBe(401);
    expectOk(await third.post('/api/auth/change-password', change));
    expect((await second.get('/api/v1/me')).status).toBe(401);
    expect((await third.get('/api/v1/me')).status).toBe(200);
    await expect(world.anonymous().signIn(email, password)).rejects.toThrow('401');
  });

  it('R-Low-8 that tries passwords is held up, whatever else is in its cookies', async () => {
    const visitor = await world.member(owner, await organizationOf(owner), 'viewer');
    const change = { currentPassword: 'wrong', newPassword: 'another long password' };
    const guess = (at: number) =>
      visitor.post('/api/auth/change-password', change, { cookie: `${visitor.cookie}; x=${at}` });
    const statuses = [];
    for (let at = 0; at < 12; at++) statuses.push((await guess(at)).status);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    expect(statuses.slice(10)).toEqual([429, 429]);
    expect((await world.anonymous().post('/api/auth/change-password', change)).status).toBe(401);
  });

  it('S-065 of somebody else cannot be ended', async () => {
    const other = await world.member(owner, await organizationOf(owner), 'viewer');
    const { items } = expectOk(await owner.get<Page<SessionView>>('/api/v1/me/sessions'));
    expect((await other.ask('DELETE', `/api/v1/me/sessions/${items[0]!.id}`)).status).toBe(404);
  });

  it('S-075 that has run out opens nothing, and is forgotten', async () => {
    const visitor = await world.anonymous().signIn((await me()).email, password);
    const { items } = expectOk(await visitor.get<Page<SessionView>>('/api/v1/me/sessions'));
    const { id } = items.find(({ current }) => current)!;
    await rowsOf(world, `UPDATE session SET "expiresAt" = now() - interval '1 second' WHERE id = $1`, [id]);
    expect((await visitor.get('/api/v1/me')).status).toBe(401);
    expect(await new SessionRepository(world.database).removeExpired()).toBe(1);
    expect(await rowsOf(world, 'SELECT 1 FROM session WHERE id = $1', [id])).toEqual([]);
    expect((await owner.get('/api/v1/me')).status).toBe(200);
  });

  it('S-074 S-075 cannot be made up', async () => {
    const name = `cooperage-session-${new URL(world.origin).port}`;
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const value of ['x', 'x.y', `${none}.${none}.`, signedValue('x', 'z'.repeat(40)), 'a'.repeat(5_000)])
      expect((await world.anonymous().get('/api/v1/me', { cookie: `${name}=${value}` })).status).toBe(401);
  });
});

describe('S-077 another site', () => {
  const body = { name: 'Evil', slug: 'evil' };
  it.each([
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['no origin', { origin: '' }],
    ['the origin "null"', { origin: 'null' }],
    ['an origin that begins like ours', () => ({ origin: `${world.origin}.evil.example` })],
  ])('with %s changes nothing', async (_what, headers) => {
    const extra = typeof headers === 'function' ? headers() : headers;
    const answer = await owner.post('/api/v1/organizations', body, extra);
    expect([answer.status, problemOf(answer).code]).toEqual([403, 'forbidden']);
    expect((await me()).organizations).toHaveLength(1);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'with a body of %s changes nothing, even from our origin',
    async (type) => {
      const answer = await owner.ask('POST', '/api/v1/organizations', JSON.stringify(body), { 'content-type': type });
      expect(answer.status).toBe(415);
    },
  );

  it('cannot sign a person out or change the password', async () => {
    for (const path of ['/api/auth/sign-out', '/api/auth/change-password'])
      expect((await owner.post(path, {}, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await owner.get('/api/v1/me')).status).toBe(200);
  });

  it('no GET changes anything: every reading route is one that only reads', () => {
    const writing = world.api.routes.filter(
      ({ method, access }) => (method === 'GET' || method === 'HEAD') && access === 'write',
    );
    expect(writing).toEqual([]);
  });
});

async function me(): Promise<Me> {
  return expectOk(await owner.get<Me>('/api/v1/me'));
}
