import type { Project } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

describe('S-054 the value of a secret', () => {
  const canary = 'canary-value-1234';
  let world: ApiWorld;
  let owner: Visitor;
  let target: TestProject;
  beforeAll(async () => {
    world = await ApiWorld.open();
    owner = await world.owner();
    target = await world.project(owner, await organizationOf(owner));
  });
  afterAll(() => world.close());

  const path = (part = '') => `/api/v1/projects/${target.project.id}${part}`;
  const argsOf = async () => expectOk(await owner.get<Project>(path())).buildArgs;

  it('is not taken as a build argument, nor as a part of one, and is not said in the refusal', async () => {
    expectOk(await owner.ask('PUT', path('/secrets/TOKEN'), { value: canary }));
    for (const value of [canary, `https://robot:${canary}@example.test`]) {
      const answer = await owner.ask('PATCH', path(), { buildArgs: { FINE: '1', NPM_TOKEN: value } });
      expect(answer.status).toBe(400);
      expect(problemOf(answer).errors).toMatchObject([{ path: 'buildArgs.NPM_TOKEN' }]);
      expect(answer.text).toContain('TOKEN');
      expect(answer.text).not.toContain(canary);
    }
    expect(await argsOf()).toEqual({});
    expectOk(await owner.ask('PATCH', path(), { buildArgs: { FINE: '1' } }));
  });

  it('that a build argument says already is not taken as a secret', async () => {
    expectOk(await owner.ask('PATCH', path(), { buildArgs: { PASSWORD: 'known-to-everybody' } }));
    const answer = await owner.ask('PUT', path('/secrets/PASSWORD'), { value: 'known-to-everybody' });
    expect(answer.status).toBe(400);
    expect(problemOf(answer).errors).toMatchObject([
      { path: 'value', message: expect.stringContaining('build argument PASSWORD') },
    ]);
  });

  it('of another project is nobody’s business here', async () => {
    const other = await world.project(owner, await organizationOf(owner), { slug: 'another' });
    expectOk(await owner.ask('PATCH', `/api/v1/projects/${other.project.id}`, { buildArgs: { A: canary } }));
  });
});
