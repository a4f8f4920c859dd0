import type { Page, Project, SecretInfo } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

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

describe('secrets', () => {
  const canary = 'a canary that nobody may see';

  it('S-058 are written, replaced and removed, and never read', async () => {
    expectOk(await owner.ask<SecretInfo>('PUT', `${path()}/secrets/TOKEN`, { value: `${canary}, the first` }));
    expectOk(await owner.ask<SecretInfo>('PUT', `${path()}/secrets/TOKEN`, { value: canary }));
    expectOk(
      await owner.ask('PUT', `${path()}/registry-credentials/r.example:5000`, { username: 'u', password: canary }),
    );
    expectOk(
      await owner.ask('PUT', `${path()}/git-credentials`, { kind: 'basic', username: 'u', password: canary }),
      204,
    );
    for (const part of ['', '/secrets', '/registry-credentials', '/hook-secrets'])
      expect((await owner.get(path() + part)).text).not.toMatch(/canary|whsec_[A-Za-z0-9+/]{10}/);
    const { items } = expectOk(await owner.get<Page<SecretInfo>>(`${path()}/secrets`));
    expect(items.map(({ name }) => name)).toEqual(['TOKEN']);
    expect(expectOk(await owner.get<Project>(path())).hasGitCredentials).toBe(true);
  });

  it('S-055 stand nowhere in the database in the clear, the audit included', async () => {
    // What is stored on purpose is found by the same search: the search works.
    expect((await world.push(target, { ref: 'refs/heads/a-visible-marker' })).status).toBe(202);
    expect(await tablesThatHold('a-visible-marker')).toEqual(['delivery']);
    expect(await tablesThatHold('canary')).toEqual([]);
    expect(await tablesThatHold(target.secret)).toEqual([]);
  });

  it('that are too short to be masked are refused, as are names that no step could use', async () => {
    expect((await owner.ask('PUT', `${path()}/secrets/TOKEN`, { value: 'abc' })).status).toBe(400);
    expect(expectOk(await owner.get<Page<SecretInfo>>(`${path()}/secrets`)).items).toHaveLength(1);
    for (const name of ['a-b', '1a', 'a.b', 'x'.repeat(129)])
      expect((await owner.ask('PUT', `${path()}/secrets/${name}`, { value: canary })).status).toBe(400);
  });

  it('R-H8 are refused when all of a project would have more than 128 KiB, with what is left', async () => {
    const { project } = await world.project(owner, await organizationOf(owner), { slug: 'large' });
    const large = `/api/v1/projects/${project.id}`;
    const half = 'a secret'.repeat(8_192);
    expectOk(await owner.ask('PUT', `${large}/secrets/ONE`, { value: half }));
    expectOk(await owner.ask('PUT', `${large}/registry-credentials/r.example:5000`, { username: 'u', password: half }));
    for (const [path, body, field] of [
      ['secrets/TWO', { value: 'abcdefgh' }, 'value'],
      ['registry-credentials/s.example', { username: 'u', password: 'abcdefgh' }, 'password'],
    ] as const) {
      const refused = await owner.ask('PUT', `${large}/${path}`, body);
      expect(refused.status).toBe(400);
      expect(refused.body).toMatchObject({
        errors: [{ path: field, message: expect.stringMatching(/has 8 bytes, and the project large has room for 0/) }],
      });
    }
    // What is replaced counts no more, and what was refused is not there.
    expectOk(await owner.ask('PUT', `${large}/secrets/ONE`, { value: half.slice(10) }));
    expectOk(await owner.ask('PUT', `${large}/secrets/TWO`, { value: 'ten letter' }));
    const { items } = expectOk(await owner.get<Page<SecretInfo>>(`${large}/secrets`));
    expect(items.map(({ name }) => name)).toEqual(['ONE', 'TWO']);
  });
});

describe('R-M1 the value of a secret', () => {
  it.each(['true', 'hunter2', 'localhost', 'password', 'aaaaaaaa'])(
    'is not %j, and the answer says why',
    async (value) => {
      const answer = await owner.ask('PUT', `${path()}/secrets/SHORT`, { value });
      expect(answer.status).toBe(400);
      expect(problemOf(answer).errors).toMatchObject([
        { path: 'value', message: expect.stringMatching(/at least 8 characters|common word/) },
      ]);
    },
  );
});

/** Names of the tables that have a text somewhere, in columns of bytes too. */
async function tablesThatHold(text: string): Promise<string[]> {
  const schema = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1";
  const found: string[] = [];
  for (const { name } of await rowsOf<{ name: string }>(world, schema)) {
    const rows = await rowsOf(world, `SELECT * FROM "${name}"`);
    const all = rows
      .flatMap((row) => Object.values(row))
      .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)));
    if (all.some((value) => value?.includes(text))) found.push(name);
  }
  return found;
}
