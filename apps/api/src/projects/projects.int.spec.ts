import {
  type Build,
  type BuildCache,
  type Page,
  type Project,
  type ProjectSummary,
  projectSchema,
  projectSummarySchema,
  type Rule,
} from '@cooperage/contracts';
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

  it('is shown as its contract says, without any other field', async () => {
    const shown = await Promise.all([path(), '/api/v1/lookup?path=acme/hello'].map((address) => owner.get(address)));
    for (const answer of shown) expect(projectSchema.safeParse(expectOk(answer)).error).toBeUndefined();
  });

  it('R5-A7 shows a list of projects without their settings, which may be large', async () => {
    const large = Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`A${at}`, 'x'.repeat(1_000)]));
    const ids = await Promise.all(
      Array.from({ length: 8 }, async () => (await world.project(owner, acme, { buildArgs: large })).project.id),
    );
    const answer = await owner.get<Page<ProjectSummary>>(`/api/v1/projects?limit=100&organization=${acme}`);
    const { items } = expectOk(answer);
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    for (const item of items) expect(projectSummarySchema.safeParse(item).error).toBeUndefined();
    expect(answer.text.length / items.length).toBeLessThan(2_000);
    expect(expectOk(await owner.get<Project>(`/api/v1/projects/${ids[0]}`)).buildArgs).toEqual(large);
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

describe('another clone address', () => {
  it('makes the default branch unknown until the next push, and a change of anything else does not', async () => {
    const moved = await world.project(owner, acme);
    await world.build(moved);
    const address = `/api/v1/projects/${moved.project.id}`;
    const changed = async (change: object) => {
      expectOk(await owner.ask('PATCH', address, change));
      return expectOk(await owner.get<Project>(address)).defaultBranch;
    };
    expect(await changed({ name: 'Moved', remoteUrl: moved.project.remoteUrl })).toBe('main');
    expect(await changed({ remoteUrl: 'https://git.example/another.git' })).toBeNull();
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
    const rule = { name: 'audited', refKind: 'branch', refPattern: 'audited', tags: ['x'] };
    const { id } = expectOk(await owner.post<Rule>(`${path()}/rules`, rule), 201);
    expectOk(await owner.ask('DELETE', `${path()}/rules/${id}`), 204);
    expectOk(await owner.ask('PUT', `${path()}/secrets/AUDITED`, { value: 'some value' }));
    const credential = { username: 'u', password: 'some password' };
    expectOk(await owner.ask('PUT', `${path()}/registry-credentials/r.example`, credential));
    expectOk(await owner.ask('PUT', `${path()}/git-credentials`, { kind: 'basic', ...credential }), 204);
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
