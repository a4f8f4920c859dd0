import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiWorld } from '../../spec/api-world.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
});
afterAll(() => world.close());

it('answers 304 while nothing has changed, and only to the one who asked before', async () => {
  const first = await owner.get('/api/v1/me');
  const etag = first.headers.get('etag')!;
  expect(first.headers.get('cache-control')).toBe('private, no-cache');
  const again = await owner.get('/api/v1/me', { 'if-none-match': etag });
  expect([again.status, again.text]).toEqual([304, '']);
  expectOk(await owner.post('/api/v1/organizations', { name: 'New', slug: 'new' }), 201);
  expect((await owner.get('/api/v1/me', { 'if-none-match': etag })).status).toBe(200);
  expect((await world.anonymous().get('/api/v1/me', { 'if-none-match': etag })).status).toBe(401);
});

it('lets nobody keep what was changed or refused', async () => {
  for (const answer of [
    await owner.post('/api/v1/organizations', { name: 'X', slug: 'xx' }),
    await owner.get('/api/v1/none'),
  ])
    expect(answer.headers.get('cache-control')).toBe('no-store');
});
