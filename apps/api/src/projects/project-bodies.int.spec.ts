import type { Page, Project, ProjectSummary } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
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

const path = () => `/api/v1/projects/${target.project.id}`;

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

  it.each([
    ['BUILDKIT_SYNTAX', 'evil/frontend', 'set by the service'],
    ['SOURCE_DATE_EPOCH', '1', 'set by the service'],
    ['Http_Proxy', 'x', 'with ENV'],
    ['HTTPS_PROXY', 'http://proxy.example:3128', 'with ENV'],
  ])('R-Args with the build argument %s is refused when it is saved, and says why', async (name, value, why) => {
    const answer = await owner.ask('PATCH', path(), { buildArgs: { [name]: value } });
    expect([answer.status, problemOf(answer).errors]).toEqual([
      400,
      [{ path: `buildArgs.${name}`, message: expect.stringContaining(why) }],
    ]);
  });

  it('R-Args with names that only a Dockerfile’s own steps see is taken', async () => {
    const buildArgs = { PATH: '/bin', LD_PRELOAD: '/x.so' };
    expectOk(await owner.ask('PATCH', path(), { buildArgs: { ...buildArgs, DOCKER_HOST: 'tcp://d' } }));
    expectOk(await owner.ask('PATCH', path(), { buildArgs: {} }));
  });

  it('R4-P3 with build arguments that are too long together is refused, and says how long they are', async () => {
    const buildArgs = Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`LARGE_${at}`, 'a'.repeat(8192)]));
    const answer = await owner.ask('PATCH', path(), { buildArgs });
    expect([answer.status, problemOf(answer).errors]).toEqual([
      400,
      [{ path: 'buildArgs', message: expect.stringMatching(/65536 characters .* 52\d{4}/) }],
    ]);
  });

  it.each(['docker-image://host:0/x', 'docker-image://a..b/x', 'docker-image://h:99999/x', 'docker-image://-a.b/x'])(
    'R-Low-5 with the named context %s is refused',
    async (source) => {
      expect((await owner.ask('PATCH', path(), { namedContexts: { tool: source } })).status).toBe(400);
    },
  );

  it.each(['a..b:0', ':0', 'x:99999', 'x:0', 'a'.repeat(300), '-a', 'A.example'])(
    'R-Low-5 with credentials for the registry %s is refused',
    async (host) => {
      const address = `${path()}/registry-credentials/${encodeURIComponent(host)}`;
      expect((await owner.ask('PUT', address, { username: 'u', password: 'p' })).status).toBe(400);
      expect((await owner.ask('DELETE', address)).status).toBe(404);
    },
  );

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
    expect(expectOk(await owner.get<Page<ProjectSummary>>('/api/v1/projects?limit=1')).items).toHaveLength(1);
  });

  it('S-073 goes on from its own cursor alone', async () => {
    await world.project(owner, acme, { slug: 'second' });
    const first = expectOk(await owner.get<Page<ProjectSummary>>('/api/v1/projects?limit=1'));
    const second = expectOk(await owner.get<Page<ProjectSummary>>(`/api/v1/projects?limit=1&cursor=${first.next}`));
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
