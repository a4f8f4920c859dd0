import type { Build, Comparison, Project } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let worker: TestWorker;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner), { namedContexts: { lib: 'libs/a' } });
  worker = await TestWorker.start(world);
});
afterAll(() => world.close());

const path = () => `/api/v1/projects/${target.project.id}`;
const shown = async (id: string) => expectOk(await owner.get<Build>(`/api/v1/builds/${id}`));

describe('the named contexts of a project', () => {
  it('are those of its next build, of that build tried again, and a difference between two builds', async () => {
    const first = await world.build(target);
    const attempt = await worker.claim(first);
    const ended = { retryable: false, attemptsLeft: false, pauseMs: 0 };
    await worker.attempts.failed(attempt, worker.instanceId, { code: 'StepFailed', message: 'no' }, ended);
    const namedContexts = { tool: 'docker-image://registry.example.com/tool:1', 'debian:bookworm': '.' };
    expect(expectOk(await owner.ask<Project>('PATCH', path(), { namedContexts })).namedContexts).toEqual(namedContexts);
    const second = await world.build(target);
    expect((await shown(first.id)).inputs.namedContexts).toEqual({ lib: 'libs/a' });
    expect((await shown(second.id)).inputs.namedContexts).toEqual(namedContexts);
    const retried = expectOk(await owner.post<Build>(`/api/v1/builds/${first.id}/retry`, {}), 201);
    expect(retried.inputs.namedContexts).toEqual({ lib: 'libs/a' });
    const query = `a=${first.number}&b=${second.number}`;
    const { inputs } = expectOk(await owner.get<Comparison>(`${path()}/compare?${query}`));
    const changed = inputs.filter(({ name }) => name.startsWith('context '));
    expect(changed).toEqual([
      { name: 'context lib', a: 'libs/a', b: null },
      { name: 'context tool', a: null, b: 'docker-image://registry.example.com/tool:1' },
      { name: 'context debian:bookworm', a: null, b: '.' },
    ]);
  });

  it.each([
    ...[
      { lib: '../x' },
      { lib: '/etc' },
      { lib: 'https://example.test/x' },
      { lib: 'git@host:x' },
      { lib: 'target:x' },
    ],
    ...[{ context: 'a' }, { dockerfile: 'a' }, { scratch: 'a' }, { 0: 'a' }, { 'a=b': 'a' }, { 'a::linux/amd64': 'a' }],
    ...[
      { lib: 'docker-image://../x' },
      { lib: 7 },
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`c${i}`, 'a'])),
    ],
  ])('S-027 are not %j', async (namedContexts) => {
    const before = expectOk(await owner.get<Project>(path())).namedContexts;
    const answer = await owner.ask('PATCH', path(), { namedContexts });
    expect(answer.status).toBe(400);
    expect(problemOf(answer).errors?.[0]?.path).toMatch(/^namedContexts/);
    expect(expectOk(await owner.get<Project>(path())).namedContexts).toEqual(before);
  });
});

describe('the definition of a project', () => {
  const definition = { path: 'docker-bake.hcl', target: 'app' };

  it('is that of its next build, which shows what it stands for once its builder has read it', async () => {
    const project = await world.project(owner, await organizationOf(owner), { definition, buildArgs: { V: '1' } });
    expect(project.project.definition).toEqual(definition);
    const build = await world.build(project);
    const variables = { V: '1' };
    expect((await shown(build.id)).inputs).toMatchObject({
      ...{ dockerfilePath: 'Dockerfile', buildArgs: { V: '1' } },
      definition: { ...definition, variables, resolved: false, ignored: [] },
    });
    const attempt = await worker.claim(build);
    const ignored = [{ field: 'tags', why: 'tags are given by the rules of the project' }];
    const inputs = {
      ...{ contextPath: 'app', dockerfilePath: null, dockerfileInline: 'FROM a\n', stage: 'prod', platform: null },
      ...{ buildArgs: { A: '2' }, namedContexts: { lib: 'libs' }, labels: {}, noCache: false, withoutNetwork: false },
    };
    const base = { ...inputs, name: 'base', dockerfilePath: 'base/Dockerfile', dockerfileInline: null, stage: null };
    await worker.attempts.noteResolved(attempt, { ...inputs, targets: [base], ignored });
    await worker.attempts.describe(attempt, 'ab', 'FROM a\n');
    expect((await shown(build.id)).inputs).toMatchObject({
      ...{ contextPath: 'app', dockerfilePath: 'docker-bake.hcl (app)', target: 'prod', buildArgs: { A: '2' } },
      ...{ namedContexts: { lib: 'libs' }, definition: { ...definition, variables, resolved: true, ignored } },
    });
    expect((await shown(build.id)).inputs.definition?.targets).toEqual([
      {
        ...{ name: 'base', contextPath: 'app', dockerfilePath: 'base/Dockerfile', target: null },
        ...{ buildArgs: { A: '2' }, namedContexts: { lib: 'libs' } },
      },
    ]);
    const ended = { retryable: false, attemptsLeft: false, pauseMs: 0 };
    await worker.attempts.failed(attempt, worker.instanceId, { code: 'StepFailed', message: 'no' }, ended);
    const retried = expectOk(await owner.post<Build>(`/api/v1/builds/${build.id}/retry`, {}), 201);
    expect(retried.inputs.definition).toEqual({
      ...definition,
      ...{ variables, resolved: false, targets: [], ignored: [] },
    });
    const patched = await owner.ask<Project>('PATCH', `/api/v1/projects/${project.project.id}`, { definition: null });
    expect(expectOk(patched).definition).toBeNull();
  });

  it.each([
    ...[
      { path: 'https://example.test/a.hcl', target: 'app' },
      { path: '../a.hcl', target: 'app' },
      { path: 'a', target: 'app' },
    ],
    ...[
      { path: 'a.hcl', target: '--push' },
      { path: 'a.hcl', target: '' },
      { path: 'a.hcl' },
      'a.hcl',
      { ...definition, x: 1 },
    ],
  ])('S-027, S-017 is not %j', async (bad) => {
    expect((await owner.ask('PATCH', path(), { definition: bad })).status).toBe(400);
  });
});
