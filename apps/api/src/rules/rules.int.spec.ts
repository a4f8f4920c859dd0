import type { Rule } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner), { slug: 'hello' });
});
afterAll(() => world.close());

const path = () => `/api/v1/projects/${target.project.id}`;

describe('rules', () => {
  it('are added, changed and removed, with names of their own', async () => {
    const rule = { name: 'releases', refKind: 'tag', refPattern: 'r*', tags: ['{{tag}}'] };
    const made = expectOk(await owner.post<Rule>(`${path()}/rules`, rule), 201);
    expect((await owner.post(`${path()}/rules`, rule)).status).toBe(409);
    const changed = expectOk(await owner.ask<Rule>('PATCH', `${path()}/rules/${made.id}`, { enabled: false }));
    expect(changed).toMatchObject({ ...rule, enabled: false, cachePolicy: 'zone' });
    const strict = await owner.ask<Rule>('PATCH', `${path()}/rules/${made.id}`, { cachePolicy: 'protected_only' });
    expect(expectOk(strict)).toMatchObject({ cachePolicy: 'protected_only', enabled: false });
    expect((await owner.ask('PATCH', `${path()}/rules/${made.id}`, { cachePolicy: 'all' })).status).toBe(400);
    const urgent = await owner.ask<Rule>('PATCH', `${path()}/rules/${made.id}`, { priority: 5 });
    expect([made.priority, expectOk(urgent).priority]).toEqual([0, 5]);
    expect((await owner.ask('PATCH', `${path()}/rules/${made.id}`, { priority: 11 })).status).toBe(400);
    expectOk(await owner.ask('DELETE', `${path()}/rules/${made.id}`), 204);
    expect((await owner.get(`${path()}/rules/${made.id}`)).status).toBe(404);
  });

  it('have patterns and templates that mean something', async () => {
    for (const tags of [[], ['{{unknown}}'], [`sha256-${'a'.repeat(64)}`], ['a b'], ['x'.repeat(300)]])
      expect((await owner.post(`${path()}/rules`, { name: 'x', refKind: 'tag', refPattern: '*', tags })).status).toBe(
        400,
      );
  });
});
