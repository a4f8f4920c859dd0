import type { Build, BuildCache, Page, Project, Rule, SecretInfo } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let acme: string;
let target: TestProject;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
  target = await world.project(owner, acme, { slug: 'hello' });
});
afterAll(() => world.close());

const project = (changes: object = {}) => ({
  ...{ organizationId: acme, slug: 'other', name: 'Other', remoteUrl: 'https://git.example/x.git' },
  ...changes,
});
const path = () => `/api/v1/projects/${target.project.id}`;

describe('a new project', () => {
  it('has rules, a webhook secret, and the promise of a key', async () => {
    const { items } = expectOk(await owner.get<Page<Rule>>(`${path()}/rules`));
    expect(items.map(({ refKind, refPattern, tags }) => [refKind, refPattern, tags])).toEqual([
      ['branch', '**', ['{{branch}}', '{{default}}']],
      ['tag', 'v*', ['{{version}}', '{{tag}}']],
    ]);
    expect(target.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const promised = await rowsOf(world, 'SELECT topic FROM outbox WHERE subject_id = $1', [target.project.id]);
    expect(promised).toEqual([{ topic: 'create-key' }]);
    expect(target.project.imageRepository).toMatch(/^127\.0\.0\.1:\d+\/acme\/hello$/);
  });

  it('S-082 is one, however many ask for it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => owner.post('/api/v1/projects', project())));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
  });

  it.each([
    'ext::sh -c id',
    'EXT::sh',
    'file:///etc',
    'ssh://-oProxyCommand=x/a',
    'git://git.example/a',
    '--upload-pack=x',
    'https://user:pw@git.example/a',
    'https://git.example@evil/a',
    'https:\\\\git.example/a',
    'http://git.example/a',
    'https://git.example/a\nb',
    '/etc/passwd',
  ])('S-017 S-018 is not made of the address %j', async (remoteUrl) => {
    const answer = await owner.post('/api/v1/projects', project({ slug: 'bad', remoteUrl }));
    expect(answer.status).toBe(400);
    expect(problemOf(answer).errors?.[0]).toMatchObject({ path: 'remoteUrl', message: expect.any(String) });
    expect((await owner.ask('PATCH', path(), { remoteUrl })).status).toBe(400);
  });

  it('may be cloned by plain http from the operator’s own host and port', async () => {
    const answer = await owner.post(
      '/api/v1/projects',
      project({ slug: 'inner', remoteUrl: 'http://127.0.0.1:9/a.git' }),
    );
    expect(answer.status).toBe(201);
  });

  it.each(['../x', '/etc', 'a/../../x', 'a\\..\\x', '%2e%2e', 'a\0b', 'x'.repeat(5_000), '.git/hooks'])(
    'S-027 has no Dockerfile and no context at %j',
    async (bad) => {
      expect((await owner.post('/api/v1/projects', project({ slug: 'bad', dockerfilePath: bad }))).status).toBe(400);
      expect((await owner.ask('PATCH', path(), { contextPath: bad })).status).toBe(400);
    },
  );

  it('S-051 is not built for a platform that is none', async () => {
    for (const platform of ['linux/evil;id', 'windows/amd64', '', 'linux/amd64 '])
      expect((await owner.ask('PATCH', path(), { platform })).status).toBe(400);
  });
});

describe('a body', () => {
  it('S-067 with fields that are not its own changes nothing', async () => {
    const before = expectOk(await owner.get<Project>(path()));
    for (const field of [
      'id',
      'organizationId',
      'slug',
      'createdAt',
      'defaultBranch',
      'deletedAt',
      'role',
      'hookUrl',
      'signed',
    ])
      expect((await owner.ask('PATCH', path(), { [field]: 'x', name: 'changed' })).status, field).toBe(400);
    expect(expectOk(await owner.get<Project>(path()))).toEqual(before);
  });

  it.each([
    '{"__proto__":{"name":"x"}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"name":"x","__proto__":null}',
  ])('S-069 of %s is refused', async (body) => {
    expect((await owner.ask('PATCH', path(), body)).status).toBe(400);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('S-069 takes odd names of build arguments for what they are, and refuses them', async () => {
    for (const name of ['a b', 'a=b', '1x', 'a\nb', ''])
      expect((await owner.ask('PATCH', path(), { buildArgs: { [name]: 'x' } })).status).toBe(400);
    expect((await owner.ask('PATCH', path(), '{"buildArgs":{"__proto__":"x"}}')).status).toBe(400);
  });

  it('S-070 with an operator instead of a value is refused', async () => {
    for (const value of [{ not: null }, { contains: '' }, ['x'], { set: 'x' }, 1, true])
      expect((await owner.ask('PATCH', path(), { name: value })).status).toBe(400);
    for (const query of ['status[not]=x', 'ref[contains]=', 'project[not]=null', 'OR=x', 'ref=a&ref=b', 'orderBy=id'])
      expect((await owner.get(`/api/v1/builds?${query}`)).status, query).toBe(400);
  });

  it('that is no JSON, or no object, is refused', async () => {
    for (const body of ['', '{', 'null', '[]', '"x"', '1'])
      expect((await owner.ask('PATCH', path(), body)).status).toBe(400);
    expect((await owner.ask('PATCH', path(), `{"name":"${'x'.repeat(2_000_000)}"}`)).status).toBe(413);
  });
});

describe('a list', () => {
  it('S-073 takes a page size that makes sense', async () => {
    for (const limit of ['-1', '0', '1000000000', 'NaN', '1e9', '', '1.5', 'null'])
      expect((await owner.get(`/api/v1/projects?limit=${limit}`)).status, limit).toBe(400);
    expect(expectOk(await owner.get<Page<Project>>('/api/v1/projects?limit=1')).items).toHaveLength(1);
  });

  it('S-073 goes on from its own cursor alone', async () => {
    const first = expectOk(await owner.get<Page<Project>>('/api/v1/projects?limit=1'));
    const second = expectOk(await owner.get<Page<Project>>(`/api/v1/projects?limit=1&cursor=${first.next}`));
    expect(second.items[0]?.id).not.toBe(first.items[0]?.id);
    const forged = Buffer.from(`${'\0'.repeat(16)}${first.items[0]!.id}`).toString('base64url');
    for (const cursor of [forged, 'x', `${first.next}x`, first.items[0]!.id])
      expect((await owner.get(`/api/v1/projects?cursor=${cursor}`)).status).toBe(400);
    expect((await owner.get(`/api/v1/builds?cursor=${first.next}`)).status).toBe(400);
  });

  it('S-071 takes quotes, wildcards and paths for text', async () => {
    for (const ref of ["' OR 1=1 --", '%', '_', '"; DROP TABLE build; --', '$[*]', '\\'])
      expect(expectOk(await owner.get<Page<unknown>>(`/api/v1/builds?ref=${encodeURIComponent(ref)}`)).items).toEqual(
        [],
      );
  });
});

describe('strict isolation', () => {
  it('is off until somebody asks for it, and then holds for the next build, with what its rule demands', async () => {
    const strict = await world.project(owner, acme);
    expect(strict.project.strictIsolation).toBe(false);
    const before = await world.build(strict);
    const address = `/api/v1/projects/${strict.project.id}`;
    expect(expectOk(await owner.ask<Project>('PATCH', address, { strictIsolation: true })).strictIsolation).toBe(true);
    const { items } = expectOk(await owner.get<Page<Rule>>(`${address}/rules`));
    const rule = items.find(({ refKind }) => refKind === 'branch')!;
    expectOk(await owner.ask('PATCH', `${address}/rules/${rule.id}`, { cachePolicy: 'none' }));
    const after = await world.build(strict);
    expect(before).toMatchObject({ isolated: false, cachePolicy: 'zone' });
    expect(after).toMatchObject({ isolated: true, cachePolicy: 'none' });
    const shown = expectOk(await owner.get<Build>(`/api/v1/builds/${after.id}`));
    expect(shown.inputs).toMatchObject({ isolated: true, cachePolicy: 'none' });
    const cache = expectOk(await owner.get<BuildCache>(`/api/v1/builds/${after.id}/cache`));
    expect(cache).toMatchObject({ policy: 'none', isolated: true, reads: [], writes: null });
  });
});

describe('where caches are kept', () => {
  it('is the registry until somebody asks for another place, and then holds for the next build', async () => {
    const made = await world.project(owner, acme);
    expect(made.project.cacheBackend).toBe('registry');
    const before = await world.build(made);
    const address = `/api/v1/projects/${made.project.id}`;
    expect(expectOk(await owner.ask<Project>('PATCH', address, { cacheBackend: 'inline' })).cacheBackend).toBe(
      'inline',
    );
    expect((await owner.ask('PATCH', address, { cacheBackend: 'moon' })).status).toBe(400);
    const after = await world.build(made);
    const backendOf = async (id: string) =>
      expectOk(await owner.get<Build>(`/api/v1/builds/${id}`)).inputs.cacheBackend;
    expect(await Promise.all([before.id, after.id].map(backendOf))).toEqual(['registry', 'inline']);
    expect(expectOk(await owner.get<BuildCache>(`/api/v1/builds/${after.id}/cache`)).backend).toBe('inline');
  });
});

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
    for (const name of ['a-b', '1a', 'a.b', 'x'.repeat(129)])
      expect((await owner.ask('PUT', `${path()}/secrets/${name}`, { value: canary })).status).toBe(400);
  });
});

describe('the audit', () => {
  it('names who changed what from where, in the same transaction', async () => {
    expectOk(await owner.ask('PATCH', path(), { name: 'Renamed' }));
    const [entry] = await rowsOf(
      world,
      "SELECT * FROM audit_entry WHERE action = 'project.change' ORDER BY id DESC LIMIT 1",
    );
    expect(entry).toMatchObject({
      ...{ organization_id: acme, actor_kind: 'person', actor_name: 'Olga Owner', ip: '127.0.0.1' },
      ...{ subject_id: target.project.id, after: { name: 'Renamed' }, before: { name: 'A project' } },
    });
    const actions = await rowsOf<{ action: string }>(world, 'SELECT DISTINCT action FROM audit_entry');
    expect(actions.map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        'organization.create',
        'project.create',
        'rule.create',
        'rule.delete',
        'secret.put',
        'registry-credential.put',
        'project.git-credentials',
      ]),
    );
  });
});

describe('a deletion', () => {
  it('S-082 S-121 takes the project away once, promises the rest, and leaves no way to push', async () => {
    const gone = await world.project(owner, acme);
    const at = `/api/v1/projects/${gone.project.id}`;
    const answers = await Promise.all(Array.from({ length: 10 }, () => owner.ask('DELETE', at)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array.from({ length: 9 }, () => 404)]);
    const promised = await rowsOf(
      world,
      "SELECT count(*)::int FROM outbox WHERE topic = 'delete-project' AND subject_id = $1",
      [gone.project.id],
    );
    expect(promised).toEqual([{ count: 1 }]);
    for (const part of ['', '/rules', '/secrets', '/deliveries', '/images'])
      expect((await owner.get(at + part)).status).toBe(404);
    expect((await world.push(gone)).status).toBe(401);
  });
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
