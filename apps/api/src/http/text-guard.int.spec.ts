import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld } from '../../spec/api-world.js';
import { problemOf, type Visitor } from '../../spec/visitor.js';
import type { KnownRoute } from './access-rule.js';

describe('text that the database does not store', () => {
  let world: ApiWorld;
  let owner: Visitor;
  beforeAll(async () => {
    world = await ApiWorld.open();
    owner = await world.owner();
  });
  afterAll(() => world.close());

  const addressOf = ({ url }: KnownRoute) => url.replace(/:(\w+)/g, () => randomUUID());
  /** Not what answers for addresses that do not exist: that reads nothing. */
  const isOurs = ({ url }: KnownRoute) => !url.includes('*');

  it('R-Low-2 is refused in the query of every route', async () => {
    const routes = world.api.routes.filter((route) => isOurs(route) && route.method === 'GET');
    expect(routes.length).toBeGreaterThan(50);
    for (const route of routes) {
      const answer = await owner.get(`${addressOf(route)}?text=a%00b`);
      expect([route.url, answer.status, problemOf(answer).errors?.[0]?.path]).toEqual([route.url, 400, 'text']);
    }
  });

  it('R-Low-2 is refused in the body of every route', async () => {
    const routes = world.api.routes.filter(
      ({ method, url }) => ['POST', 'PUT', 'PATCH'].includes(method) && !/hooks\/|registry\/token|\*/.test(url),
    );
    expect(routes.length).toBeGreaterThan(40);
    for (const route of routes)
      for (const body of ['{"a":{"b":["x\\u0000y"]}}', '{"\\u0000":1}', '{"a":"\\ud800"}']) {
        const answer = await owner.ask(route.method, addressOf(route), body);
        expect([route.method, route.url, answer.status]).toEqual([route.method, route.url, 400]);
        expect(problemOf(answer).errors?.[0]?.message).toContain('NUL');
      }
  });

  it.each([
    '/api/v1/lookup?path=a%00/b',
    '/api/v1/search?q=a%00b',
    '/api/v1/builds?ref=refs/heads/a%00b',
    '/api/auth/oidc/callback?code=%00&state=x',
    '/api/v1/registry/token?scope=repository:acme/a%00:pull',
  ])('R-Low-2 is no fault of ours: %s', async (path) => {
    expect((await owner.get(path)).status).toBe(400);
  });

  it('R-Low-2 is refused in a body as deep as it may be', async () => {
    const path = `/api/v1/projects/${randomUUID()}`;
    const inArrays = (depth: number) => `{"a":${'['.repeat(depth)}"\\u0000"${']'.repeat(depth)}}`;
    const answer = await owner.ask('PATCH', path, inArrays(63));
    expect([answer.status, problemOf(answer).errors?.[0]?.path]).toEqual([400, `a${'.0'.repeat(63)}`]);
    for (const depth of [64, 200_000]) {
      const tooDeep = await owner.ask('PATCH', path, inArrays(depth));
      expect([tooDeep.status, problemOf(tooDeep).detail]).toEqual([400, expect.stringContaining('deeper than 64')]);
    }
  });

  it('takes the same letters where they are no character of that kind', async () => {
    const answer = await owner.get('/api/v1/search?q=%5Cu0000');
    expect(answer.status).toBe(200);
    expect((await owner.get('/api/v1/search?q=%F0%9F%A6%80')).status).toBe(200);
  });
});
