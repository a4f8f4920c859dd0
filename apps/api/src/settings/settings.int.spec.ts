import type { Me, Page, SettingView } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
});
afterAll(() => world.close());

describe('the settings of the installation', () => {
  it('are for its administrators, as a list and as a file', async () => {
    const { items } = expectOk(await owner.get<Page<SettingView>>('/api/v1/settings'));
    expect(items.length).toBeGreaterThan(20);
    expect(items.filter(({ secret, value }) => secret && value !== null)).toEqual([]);
    const file = await owner.get('/api/v1/settings/file');
    expect(file.headers.get('content-disposition')).toContain('cooperage.env');
    expect(file.text).toContain('PUBLIC_URL');
  });

  it('S-066 are for nobody else, be they owners of an organization', async () => {
    const second = await world.member(owner, await organizationOf(owner), 'owner');
    for (const path of ['/api/v1/settings', '/api/v1/settings/file']) {
      const refused = await second.get(path);
      expect([refused.status, problemOf(refused).detail]).toEqual([403, expect.stringContaining('administrator')]);
      expect((await world.anonymous().get(path)).status).toBe(401);
    }
  });
});

describe('an organization', () => {
  it('S-066 S-067 is renamed by its owners; its slug stays', async () => {
    const id = await organizationOf(owner);
    const rename = (visitor: Visitor, body: object) => visitor.ask('PATCH', `/api/v1/organizations/${id}`, body);
    expect((await rename(await world.member(owner, id, 'admin'), { name: 'Mine' })).status).toBe(403);
    expect((await rename(owner, { name: 'Acme', slug: 'other' })).status).toBe(400);
    expect((await rename(owner, { name: '  ' })).status).toBe(400);
    expectOk(await rename(owner, { name: 'Acme and sons' }), 204);
    const { organizations } = expectOk(await owner.get<Me>('/api/v1/me'));
    expect(organizations[0]).toMatchObject({ name: 'Acme and sons', slug: 'acme' });
    const { visitor } = await world.stranger(owner);
    expect((await rename(visitor, { name: 'x' })).status).toBe(404);
  });
});
