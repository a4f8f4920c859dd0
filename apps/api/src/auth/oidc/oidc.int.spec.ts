import type { Me, SignInWays } from '@cooperage/contracts';
import { type ForgedToken, startOidcProvider, type TestOidcProvider } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../../spec/api-world.js';
import { freePort } from '../../../spec/free-port.js';
import { passProvider } from '../../../spec/provider-browser.js';
import { rowsOf } from '../../../spec/rows.js';
import { expectOk, Visitor } from '../../../spec/visitor.js';

let world: ApiWorld;
let provider: TestOidcProvider;
let owner: Visitor;

beforeAll(async () => {
  const port = await freePort();
  provider = await startOidcProvider(`http://127.0.0.1:${port}/api/auth/oidc/callback`);
  world = await ApiWorld.open({
    port,
    variables: {
      OIDC_ISSUER_URL: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      OIDC_ALLOWED_GROUPS: 'builders',
    },
  });
});
afterAll(async () => {
  await world.close();
  await provider.close();
});
afterEach(() => provider.forge(null));

const start = (visitor: Visitor, next = '/') => visitor.get(`/api/auth/oidc/start?next=${encodeURIComponent(next)}`);
const known = (name: string, claims: object = {}) =>
  provider.people.set(name, {
    ...{ email: `${name}@acme.example`, email_verified: true, name: `The ${name}`, groups: ['builders'] },
    ...claims,
  });

/** @returns where the visitor ends: a path of ours. */
async function signIn(visitor: Visitor, person: string, next = '/'): Promise<string> {
  const begun = await start(visitor, next);
  const back = await passProvider(provider, begun.headers.get('location')!, person);
  return finish(visitor, back);
}

async function finish(visitor: Visitor, back: string): Promise<string> {
  const answer = await visitor.get(back.slice(world.origin.length));
  expect(answer.status).toBe(303);
  return answer.headers.get('location')!;
}

const isIn = async (visitor: Visitor) => (await visitor.get('/api/v1/me')).status === 200;

describe('before the first set-up', () => {
  it('nobody comes in by the provider, who would keep the administrator out', async () => {
    known('early');
    expect(await signIn(world.anonymous(), 'early')).toBe('/sign-in?problem=setup_needed');
    owner = await world.owner();
    expect(expectOk(await owner.get<Me>('/api/v1/me')).administrator).toBe(true);
  });
});

describe('a sign-in by the OpenID provider', () => {
  it('is offered by the name of its host', async () => {
    expect(expectOk(await world.anonymous().get<SignInWays>('/api/v1/sign-in-ways'))).toEqual({
      oidc: { name: '127.0.0.1', startUrl: '/api/auth/oidc/start' },
      mail: false,
    });
  });

  it('asks with PKCE, a state and a nonce', async () => {
    const url = new URL((await start(world.anonymous())).headers.get('location')!);
    const query = Object.fromEntries(url.searchParams);
    expect(query).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', client_id: 'cooperage' });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(query[name]?.length, name).toBeGreaterThan(20);
  });

  it('makes a person who is in no organization yet, and brings them where they wanted to go', async () => {
    known('nora');
    const nora = world.anonymous();
    expect(await signIn(nora, 'nora', '/p/acme/x?tab=2')).toBe('/p/acme/x?tab=2');
    const me = expectOk(await nora.get<Me>('/api/v1/me'));
    expect(me).toMatchObject({ email: 'nora@acme.example', name: 'The nora', organizations: [], administrator: false });
    const again = world.anonymous();
    await signIn(again, 'nora');
    expect(expectOk(await again.get<Me>('/api/v1/me')).id).toBe(me.id);
  });

  it('S-076 sets a cookie that scripts and other sites do not get', async () => {
    known('nora');
    const visitor = world.anonymous();
    const begun = await start(visitor);
    expect(begun.headers.getSetCookie()[0]).toMatch(/Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
    const back = await passProvider(provider, begun.headers.get('location')!, 'nora');
    const [session, attempt] = (await visitor.get(back.slice(world.origin.length))).headers.getSetCookie();
    expect(session).toMatch(/^cooperage-session-\d+=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(attempt).toContain('Max-Age=0');
  });

  it('links the account of the same verified address, and follows its subject from then on', async () => {
    const organizationId = await organizationOf(owner);
    const member = await world.member(owner, organizationId, 'developer', 'mia@acme.example');
    const { id } = expectOk(await member.get<Me>('/api/v1/me'));
    known('mia', { email: 'Mia@Acme.Example' });
    const linked = world.anonymous();
    expect(await signIn(linked, 'mia')).toBe('/');
    expect(expectOk(await linked.get<Me>('/api/v1/me')).id).toBe(id);
    known('mia', { email: 'another@acme.example', email_verified: false });
    const later = world.anonymous();
    expect(await signIn(later, 'mia')).toBe('/');
    expect(expectOk(await later.get<Me>('/api/v1/me')).id).toBe(id);
  });

  it('R-Low-1 ends at the start page when its way back is given twice', async () => {
    const begun = await world.anonymous().get('/api/auth/oidc/start?next=/builds&next=/images');
    expect(begun.status).toBe(303);
    expect(begun.headers.get('location')).toContain(provider.issuer);
  });

  it('R-Low-7 lasts half a day, after which the provider is asked again', async () => {
    known('lena');
    expect(await signIn(world.anonymous(), 'lena')).toBe('/');
    const [row] = await rowsOf(
      world,
      `SELECT extract(epoch FROM s."expiresAt" - s."createdAt")::int AS seconds FROM session s
        JOIN "user" u ON u.id = s."userId" WHERE u.email = 'lena@acme.example'`,
    );
    expect(Math.abs(Number(row?.seconds) - 43_200)).toBeLessThan(60);
  });

  it('R-Low-7 that fails for want of a group ends the sessions that the person has', async () => {
    known('lou');
    const lou = world.anonymous();
    expect(await signIn(lou, 'lou')).toBe('/');
    expect(await isIn(lou)).toBe(true);
    known('lou', { groups: ['others'] });
    expect(await signIn(world.anonymous(), 'lou')).toBe('/sign-in?problem=not_allowed');
    expect(await isIn(lou)).toBe(false);
    known('lou');
    expect(await signIn(world.anonymous(), 'lou')).toBe('/');
  });

  it('leaves its entry in the audit', async () => {
    const rows = await rowsOf(world, "SELECT after FROM audit_entry WHERE action = 'session.start' ORDER BY id");
    expect(rows.filter(({ after }) => (after as { by?: string }).by === provider.issuer).length).toBeGreaterThan(3);
    expect(rows.some(({ after }) => (after as { linked?: string }).linked === 'mia')).toBe(true);
  });
});

describe('nobody comes in', () => {
  it('S-065 with an address that the provider has not verified, which may be another’s', async () => {
    for (const claims of [{ email_verified: false }, { email_verified: 'true' }, { email: undefined }]) {
      const { email } = expectOk(await owner.get<Me>('/api/v1/me'));
      known('mallory', { email, ...claims });
      const visitor = world.anonymous();
      expect(await signIn(visitor, 'mallory')).toBe('/sign-in?problem=email_not_verified');
      expect(await isIn(visitor)).toBe(false);
    }
  });

  it('without one of the allowed groups', async () => {
    for (const groups of [[], ['others'], undefined]) {
      known('gus', { groups });
      const visitor = world.anonymous();
      expect(await signIn(visitor, 'gus')).toBe('/sign-in?problem=not_allowed');
      expect(await isIn(visitor)).toBe(false);
    }
  });

  const now = Math.floor(Date.now() / 1000);
  const forgeries: [string, ForgedToken][] = [
    ['a wrong nonce', { claims: { nonce: 'another' }, signedBy: 'provider' }],
    ['no nonce', { claims: { nonce: undefined }, signedBy: 'provider' }],
    ['a foreign issuer', { claims: { iss: 'https://evil.example' }, signedBy: 'provider' }],
    ['another audience', { claims: { aud: 'another-client' }, signedBy: 'provider' }],
    ['a token that has run out', { claims: { iat: now - 7200, exp: now - 3600 }, signedBy: 'provider' }],
    ['a token that is not valid yet', { claims: { nbf: now + 3600 }, signedBy: 'provider' }],
    ['alg: none', { header: { alg: 'none' }, signedBy: 'nobody' }],
    ['no signature', { signedBy: 'nobody' }],
    ['alg: HS256', { header: { alg: 'HS256' }, signedBy: 'provider' }],
    ['the key of somebody else', { signedBy: 'foreign' }],
    ['a key id that is a path', { header: { kid: '../../../dev/null' }, signedBy: 'foreign' }],
    ['another subject than the user info', { claims: { sub: 'nora' }, signedBy: 'provider' }],
  ];
  it.each(forgeries)('S-074 with %s', async (_what, forged) => {
    known('ina');
    provider.forge(forged);
    const visitor = world.anonymous();
    expect(await signIn(visitor, 'ina')).toBe('/sign-in?problem=refused');
    expect(await isIn(visitor)).toBe(false);
    provider.forge(null);
    expect(await signIn(visitor, 'ina')).toBe('/');
  });

  it('S-075 with the answer to somebody else’s attempt, a changed state, or no attempt', async () => {
    known('ina');
    const begun = await start(world.anonymous());
    const back = await passProvider(provider, begun.headers.get('location')!, 'ina');
    expect(await finish(world.anonymous(), back)).toBe('/sign-in?problem=refused');
    const other = world.anonymous();
    await start(other);
    expect(await finish(other, back)).toBe('/sign-in?problem=refused');
    const own = world.anonymous();
    const mine = await passProvider(provider, (await start(own)).headers.get('location')!, 'ina');
    expect(await finish(own, mine.replace(/state=[^&]+/, 'state=x'))).toBe('/sign-in?problem=refused');
    expect(await isIn(own)).toBe(false);
  });

  it('with a code twice', async () => {
    known('ina');
    const visitor = world.anonymous();
    const begun = await start(visitor);
    const { cookie } = visitor;
    const back = await passProvider(provider, begun.headers.get('location')!, 'ina');
    expect(await finish(visitor, back)).toBe('/');
    const answer = await world.anonymous().get(back.slice(world.origin.length), { cookie });
    expect(answer.headers.get('location')).toBe('/sign-in?problem=refused');
  });

  it('with a cookie that was made up', async () => {
    const name = `cooperage-session-${new URL(world.origin).port}-oidc`;
    for (const value of ['x', 'a'.repeat(300), Buffer.from('{"state":"x"}').toString('base64url')]) {
      const answer = await world
        .anonymous()
        .get('/api/auth/oidc/callback?code=x&state=x', { cookie: `${name}=${value}` });
      expect(answer.headers.get('location')).toBe('/sign-in?problem=refused');
    }
  });
});

describe('a way back that leads elsewhere', () => {
  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/..//evil.example'])(
    'is not taken: %s',
    async (next) => {
      known('ina');
      const to = await signIn(world.anonymous(), 'ina', next);
      expect(new URL(to, world.origin).origin).toBe(world.origin);
      expect(to).not.toMatch(/^\/[/\\]/);
    },
  );
});

describe('a provider that is away', () => {
  it('is said, and other ways still work', async () => {
    const visitor = world.anonymous();
    const begun = await start(visitor);
    known('ina');
    const back = await passProvider(provider, begun.headers.get('location')!, 'ina');
    await provider.away();
    expect(await finish(visitor, back)).toBe('/sign-in?problem=provider_down');
    expect(await isIn(owner)).toBe(true);
    await provider.back();
    expect(await signIn(world.anonymous(), 'ina')).toBe('/');
  });
});
