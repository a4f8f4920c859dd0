import { randomUUID } from 'node:crypto';
import type { CreatedToken, Me, Page } from '@cooperage/contracts';
import { newId } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, Visitor } from '../../spec/visitor.js';
import type { KnownRoute } from '../http/access-rule.js';

let world: ApiWorld;
let owner: Visitor;
let rival: Visitor;
let acme: string;
let target: TestProject;
/** Ids of things that belong to `acme`, by the name of the route's parameter. */
let owned: Record<string, string>;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
  rival = (await world.stranger(owner)).visitor;
  target = await world.project(owner, acme);
  const build = await world.build(target);
  const projectId = target.project.id;
  const firstOf = async (part: string) =>
    expectOk(await owner.get<Page<{ id: string }>>(`/api/v1/projects/${projectId}/${part}`)).items[0]!.id;
  expectOk(await owner.ask('PUT', `/api/v1/projects/${projectId}/secrets/NAME`, { value: 'a canary value' }));
  owned = {
    ...{
      projectId,
      buildId: build.id,
      number: String(build.number),
      organizationId: acme,
      name: 'NAME',
      host: 'r.example',
    },
    ...{
      ruleId: await firstOf('rules'),
      secretId: await firstOf('hook-secrets'),
      deliveryId: await firstOf('deliveries'),
    },
    ...{ digest: `sha256:${'a'.repeat(64)}`, tokenId: newId(), sessionId: randomUUID() },
    ...{ entryId: newId(), keyId: newId(), workerId: newId(), deletionId: newId() },
    viewId: expectOk(await owner.post<{ id: string }>('/api/v1/saved-views', { name: 'Red', filter: 'is:failed' }), 201)
      .id,
    userId: expectOk(await owner.get<Me>('/api/v1/me')).id,
  };
});
afterAll(() => world.close());

/** A body that each changing route would take. */
const bodies: Readonly<Record<string, object>> = {
  'POST /api/v1/projects/:projectId/rules': { name: 'x', refKind: 'branch', refPattern: '*', tags: ['x'] },
  'PATCH /api/v1/projects/:projectId': { name: 'changed' },
  'PATCH /api/v1/projects/:projectId/rules/:ruleId': { name: 'changed' },
  'PUT /api/v1/projects/:projectId/git-credentials': { kind: 'basic', username: 'u', password: 'p' },
  'PUT /api/v1/projects/:projectId/secrets/:name': { value: 'changed-by-another' },
  'PUT /api/v1/projects/:projectId/registry-credentials/:host': { username: 'u', password: 'p' },
  'POST /api/v1/projects/:projectId/builds': { ref: 'refs/heads/main' },
  'POST /api/v1/projects/:projectId/keys/rotate': { verifyUntil: null },
  'POST /api/v1/projects/:projectId/tags': { tag: 'stable', digest: `sha256:${'a'.repeat(64)}` },
  'POST /api/v1/builds/:buildId/retry': { noCache: false },
  'POST /api/v1/projects/:projectId/cache/resets': { reason: 'x' },
  'POST /api/v1/projects/:projectId/cache/prunes': { q: 'topic', reason: 'x' },
  'PUT /api/v1/organizations/:organizationId/cache': { cacheBudgetBytes: null },
  'PATCH /api/v1/organizations/:organizationId': { name: 'changed' },
  'PUT /api/v1/organizations/:organizationId/retention': {
    ...{ buildDays: null, logDays: null, deliveryDays: null, graceDays: null },
  },
  'POST /api/v1/projects/:projectId/images/:digest/deletion': { comment: 'x' },
  'POST /api/v1/organizations/:organizationId/suspend': { comment: 'x' },
  'PUT /api/v1/organizations/:organizationId/quotas': {},
  'POST /api/v1/organizations/:organizationId/invitations': { email: 'x@rival.example', role: 'owner' },
  'PATCH /api/v1/organizations/:organizationId/members/:userId': { role: 'viewer' },
};

/** What each route that demands a query would take. */
const queries: Readonly<Record<string, string>> = {
  'GET /api/v1/projects/:projectId/compare': '?a=1&b=2',
  'GET /api/v1/projects/:projectId/compare/layers': '?a=1&b=2',
  'GET /api/v1/builds/:buildId/log/search': '?q=x',
  'GET /api/v1/projects/:projectId/cache/prunes/preview': '?q=x',
  'GET /api/v1/projects/:projectId/policy/test': '?reference=main',
  'GET /api/v1/projects/:projectId/images/:digest/retag': '?tag=main',
};

const withIds = (): KnownRoute[] =>
  world.api.routes.filter(({ url, access, method }) => url.includes(':') && access !== 'public' && method !== 'HEAD');
const call = (visitor: Visitor, { method, url }: KnownRoute, ids: Record<string, string>) =>
  visitor.ask(
    method,
    url.replace(/:(\w+)/g, (_all, name: string) => ids[name] ?? 'x') + (queries[`${method} ${url}`] ?? ''),
    bodies[`${method} ${url}`],
  );

/** Organizations are seen, stopped and deleted by administrators, whoever is in them. */
const administered = [
  ...['GET', 'DELETE'].map((method) => `${method} /api/v1/organizations/:organizationId`),
  ...['suspend', 'resume'].map((act) => `POST /api/v1/organizations/:organizationId/${act}`),
  'PUT /api/v1/organizations/:organizationId/quotas',
];

/** Workers are everybody's to see and the administrators' to change: who may not is told so, whatever is there. */
const isOfInstallation = ({ url, method }: KnownRoute) =>
  url.startsWith('/api/v1/workers/') || administered.includes(`${method} ${url}`);

describe('S-065 another tenant', () => {
  it('gets 404 for every object of ours, as for one that is not there', async () => {
    const nothing = { ...owned, projectId: newId(), buildId: newId(), deliveryId: newId(), organizationId: newId() };
    for (const route of withIds().filter((known) => !isOfInstallation(known))) {
      const [ours, absent] = [await call(rival, route, owned), await call(rival, route, nothing)];
      expect([ours.status, problemOf(ours).code], `${route.method} ${route.url}`).toEqual([404, 'not_found']);
      expect({ ...problemOf(ours), requestId: '' }).toEqual({ ...problemOf(absent), requestId: '' });
    }
    expect(expectOk(await owner.get<{ name: string }>(`/api/v1/projects/${owned.projectId}`)).name).toBe('A project');
  });

  it('sees nothing of ours in its lists, and cannot ask for them by name', async () => {
    for (const path of ['/api/v1/projects', '/api/v1/builds', '/api/v1/tokens'])
      expect(expectOk(await rival.get<Page<unknown>>(path)).items).toEqual([]);
    const { slug } = target.project;
    for (const path of [
      `/api/v1/builds?project=${owned.projectId}`,
      `/api/v1/projects?organization=${acme}`,
      `/api/v1/tokens?organization=${acme}`,
      `/api/v1/lookup?path=acme/${slug}`,
    ])
      expect((await rival.get(path)).status, path).toBe(404);
    const workers = expectOk(await rival.get<Page<{ builds: unknown[] }>>('/api/v1/workers'));
    expect(workers.items.flatMap(({ builds }) => builds)).toEqual([]);
  });

  it('makes nothing inside our organization', async () => {
    const project = { organizationId: acme, slug: 'theirs', name: 'x', remoteUrl: 'https://git.example/x.git' };
    expect((await rival.post('/api/v1/projects', project)).status).toBe(404);
    const token = { organizationId: acme, name: 'x', scopes: ['write'] };
    expect((await rival.post('/api/v1/tokens', token)).status).toBe(404);
  });

  it('S-059 does not reach our parts through a project of its own', async () => {
    const theirs = await world.project(rival, await organizationOf(rival));
    const ids = { ...owned, projectId: theirs.project.id };
    for (const part of ['rules/:ruleId', 'hook-secrets/:secretId', 'builds/by-number/:number', 'images/:digest']) {
      const url = `/api/v1/projects/:projectId/${part}`;
      for (const route of withIds().filter((known) => known.url === url))
        expect((await call(rival, route, ids)).status, `${route.method} ${url}`).toBe(404);
    }
    expect((await rival.ask('DELETE', `/api/v1/projects/${ids.projectId}/secrets/NAME`)).status).toBe(404);
  });
});

describe('S-066 a role', () => {
  /** What a viewer may do at most, and a developer beside it. */
  const developers = [
    'builds/:buildId/cancel',
    'builds/:buildId/retry',
    ':projectId/builds',
    ':deliveryId/replay',
    '/verify',
    ':projectId/tags',
    ':projectId/verifications',
  ];
  const isForDevelopers = ({ url }: KnownRoute) => developers.some((part) => url.endsWith(part));
  /** A person's own, where no role of an organization counts. */
  const personal = ['tokens', 'sessions', 'saved-views'];
  const changing = () =>
    withIds().filter(({ method, url }) => method !== 'GET' && !personal.some((part) => url.includes(part)));

  it('viewer reads and changes nothing', async () => {
    const viewer = await world.member(owner, acme, 'viewer');
    for (const route of changing()) {
      const answer = await call(viewer, route, owned);
      expect([answer.status, problemOf(answer).code], `${route.method} ${route.url}`).toEqual([403, 'forbidden']);
    }
    expect((await viewer.get(`/api/v1/projects/${owned.projectId}`)).status).toBe(200);
    expect((await viewer.get(`/api/v1/builds/${owned.buildId}`)).status).toBe(200);
    const project = { organizationId: acme, slug: 'x', name: 'x', remoteUrl: 'https://git.example/x.git' };
    expect((await viewer.post('/api/v1/projects', project)).status).toBe(403);
  });

  it('developer starts, cancels, retries and replays, and administers nothing', async () => {
    const developer = await world.member(owner, acme, 'developer');
    for (const route of changing()) {
      const { status } = await call(developer, route, owned);
      if (isForDevelopers(route)) expect([200, 201, 202, 404, 409], `${route.method} ${route.url}`).toContain(status);
      else expect(status, `${route.method} ${route.url}`).toBe(403);
    }
  });

  it('admin administers projects, and not who is in the organization', async () => {
    const admin = await world.member(owner, acme, 'admin');
    const project = await world.project(admin, acme);
    expect(project.secret).toMatch(/^whsec_/);
    // How long things are kept is part of administering projects.
    const ofMembers = changing().filter(({ url }) => url.includes('/organizations/') && !url.includes('/retention'));
    for (const route of ofMembers)
      expect((await call(admin, route, owned)).status, `${route.method} ${route.url}`).toBe(403);
  });

  it('is not raised by its holder', async () => {
    const admin = await world.member(owner, acme, 'admin');
    const { id } = expectOk(await admin.get<Me>('/api/v1/me'));
    const answer = await admin.ask('PATCH', `/api/v1/organizations/${acme}/members/${id}`, { role: 'owner' });
    expect(answer.status).toBe(403);
    for (const role of ['root', 'Owner', '', null, { not: null }])
      expect((await owner.ask('PATCH', `/api/v1/organizations/${acme}/members/${id}`, { role })).status).toBe(400);
  });

  it('owner is always somebody’s, also when two owners remove each other at once', async () => {
    const path = `/api/v1/organizations/${acme}/members`;
    expect((await owner.ask('DELETE', `${path}/${owned.userId}`)).status).toBe(409);
    expect((await owner.ask('PATCH', `${path}/${owned.userId}`, { role: 'viewer' })).status).toBe(409);
    const second = await world.member(owner, acme, 'owner');
    const { id } = expectOk(await second.get<Me>('/api/v1/me'));
    const answers = await Promise.all([
      owner.ask('PATCH', `${path}/${id}`, { role: 'viewer' }),
      second.ask('PATCH', `${path}/${owned.userId}`, { role: 'viewer' }),
    ]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    const winner = answers[0]?.status === 204 ? owner : second;
    const loser = winner === owner ? id : owned.userId;
    expectOk(await winner.ask('PATCH', `${path}/${loser}`, { role: 'owner' }), 204);
  });
});

describe('S-080 an API token', () => {
  const tokenOf = async (visitor: Visitor, scopes: string[]) => {
    const body = { organizationId: acme, name: scopes.join(), scopes };
    return expectOk(await visitor.post<CreatedToken>('/api/v1/tokens', body), 201);
  };

  it('of scope read reads what its maker may, and changes nothing', async () => {
    const { secret } = await tokenOf(owner, ['read']);
    const reader = new Visitor(world.origin, secret);
    expect((await reader.get(`/api/v1/projects/${owned.projectId}`)).status).toBe(200);
    for (const route of withIds().filter(({ access }) => access === 'write' || access === 'person')) {
      const answer = await call(reader, route, owned);
      expect([answer.status, problemOf(answer).code], `${route.method} ${route.url}`).toEqual([403, 'forbidden']);
    }
  });

  it('S-062 is none in an address, by whatever name, and the refusal does not say it again', async () => {
    const { secret } = await tokenOf(owner, ['read']);
    for (const name of ['token', 'access_token', 'api_key', 'key', 'auth', 'authorization', 'bearer', 'password'])
      for (const value of [secret, `Bearer ${secret}`]) {
        const query = `${name}=${encodeURIComponent(value)}`;
        const answer = await world.anonymous().get(`/api/v1/projects?${query}`);
        expect([name, answer.status]).toEqual([name, 401]);
        expect(answer.text).not.toContain(secret);
      }
  });

  it('of scope registry is no key to the API', async () => {
    const { secret } = await tokenOf(owner, ['registry']);
    expect((await new Visitor(world.origin, secret).get('/api/v1/projects')).status).toBe(403);
  });

  it('of scope write starts a build, and makes no other token, invitation or session', async () => {
    const { secret } = await tokenOf(owner, ['write']);
    const writer = new Visitor(world.origin, secret);
    expect((await writer.post(`/api/v1/projects/${owned.projectId}/builds`, { ref: 'refs/heads/main' })).status).toBe(
      202,
    );
    const token = { organizationId: acme, name: 'x', scopes: ['write'] };
    expect((await writer.post('/api/v1/tokens', token)).status).toBe(403);
    const invitation = { email: 'x@acme.example', role: 'owner' };
    expect((await writer.post(`/api/v1/organizations/${acme}/invitations`, invitation)).status).toBe(403);
  });

  it('does no more than its maker may now, and ends with the membership', async () => {
    const email = `${randomUUID()}@acme.example`;
    const maker = await world.member(owner, acme, 'developer', email);
    const { secret } = await tokenOf(maker, ['write']);
    const program = new Visitor(world.origin, secret);
    const start = () => program.post(`/api/v1/projects/${owned.projectId}/builds`, { ref: 'refs/heads/main' });
    expect((await start()).status).toBe(202);
    const { id } = expectOk(await maker.get<Me>('/api/v1/me'));
    expectOk(await owner.ask('PATCH', `/api/v1/organizations/${acme}/members/${id}`, { role: 'viewer' }), 204);
    expect((await start()).status).toBe(403);
    expectOk(await owner.ask('DELETE', `/api/v1/organizations/${acme}/members/${id}`), 204);
    expect((await start()).status).toBe(401);
  });

  it('ends when it is revoked, and is nobody else’s to revoke', async () => {
    const { id, secret } = await tokenOf(owner, ['read']);
    const other = await world.member(owner, acme, 'owner');
    expect((await other.ask('DELETE', `/api/v1/tokens/${id}`)).status).toBe(404);
    expectOk(await owner.ask('DELETE', `/api/v1/tokens/${id}`), 204);
    expect((await new Visitor(world.origin, secret).get('/api/v1/me')).status).toBe(401);
  });

  it('is taken from the header alone: not from an address, and a wrong one is not mended by a cookie', async () => {
    const { secret } = await tokenOf(owner, ['read']);
    expect((await world.anonymous().get(`/api/v1/projects?token=${secret}&access_token=${secret}`)).status).toBe(401);
    for (const value of [
      `Bearer ${secret}x`,
      `Bearer ${secret.slice(0, -1)}`,
      `Basic ${btoa(`x:${secret}`)}`,
      `Token ${secret}`,
      'Bearer',
      secret,
    ])
      expect((await owner.get('/api/v1/me', { authorization: value })).status, value).toBe(401);
  });

  it('S-074 that is a JWT, of whatever kind, opens nothing', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = part({ sub: owned.userId, iss: world.origin, exp: 4e9 });
    for (const header of [
      { alg: 'none' },
      { alg: 'HS256', kid: '../../etc/passwd' },
      { alg: 'ES256', kid: "' OR 1=1" },
    ])
      expect((await owner.get('/api/v1/me', { authorization: `Bearer ${part(header)}.${claims}.` })).status).toBe(401);
  });

  it('S-058 is not told again', async () => {
    const { secret } = await tokenOf(owner, ['read']);
    expect((await owner.get('/api/v1/tokens')).text).not.toContain(secret);
  });
});
