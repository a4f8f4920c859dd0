import type { BuildRelations, Comparison, DockerfileChange, LayerComparison, Steps } from '@cooperage/contracts';
import { type BuildRecord, type ClaimedAttempt, StepRepository } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { publish, pushImage } from '../../spec/published-image.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let worker: TestWorker;
const builds: BuildRecord[] = [];
const digests: string[] = [];

const one = { text: 'FROM a\nRUN one\n', bytes: 15, lines: 2, truncated: false };
const three = { text: '# syntax=docker/dockerfile:1\nFROM a\nRUN three\n', bytes: 46, lines: 3, truncated: false };
const startedAt = new Date('2026-01-01T00:00:00Z');
const step = (ordinal: number, name: string, ms: number, cached = false) => ({
  ...{ ordinal, vertexId: `v${ordinal}`, name, stage: 'app', target: null, platform: null, internal: false, cached },
  ...{ startedAt, completedAt: new Date(startedAt.getTime() + ms), error: null, progressGroup: null },
});
const work =
  (dockerfile: string, ...steps: readonly ReturnType<typeof step>[]) =>
  async (attempt: ClaimedAttempt) => {
    await worker.attempts.describe(attempt, 'ref', dockerfile);
    await new StepRepository(world.database).save(attempt.attemptId, steps);
  };

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner));
  worker = await TestWorker.start(world);
  const made = [
    work('FROM a\nRUN one\n', step(1, '[app 1/2] RUN one', 1000), step(2, '[app 2/2] RUN two', 0, true)),
    work('FROM a\nRUN one\n', step(1, '[app 1/2] RUN one', 3000), step(2, '[app 2/2] RUN two', 4000)),
  ];
  for (const [at, done] of made.entries()) {
    const build = await world.build(target);
    const { digest } = await pushImage(target, `image ${at}`);
    await publish(world, worker, build, digest, done);
    builds.push(build);
    digests.push(digest);
  }
  const last = await world.build(target);
  const attempt = await worker.claim(last);
  await work(
    '# syntax=docker/dockerfile:1\nFROM a\nRUN three\n',
    step(1, '[app 1/3] RUN one', 1000),
    step(2, '[app 2/3] RUN three', 1),
  )(attempt);
  builds.push(last);
});
afterAll(() => world.close());

const relationsOf = async (build: BuildRecord) =>
  expectOk(await owner.get<BuildRelations>(`/api/v1/builds/${build.id}/relations`));

describe('what stands around a build', () => {
  it('are its neighbours, the last good one, and who worked on it', async () => {
    const [first, second, third] = builds as [BuildRecord, BuildRecord, BuildRecord];
    expect(await relationsOf(first)).toMatchObject({ previous: null, next: 2, lastGreen: null });
    const around = await relationsOf(third);
    expect(around).toMatchObject({
      ...{ previous: 2, next: null, queue: null, movedTags: [] },
      lastGreen: { id: second.id, number: 2, digest: digests[1], sizeBytes: 1 },
    });
  });

  it('are the tags that it has moved, from where to where', async () => {
    const { movedTags } = await relationsOf(builds[1]!);
    expect(movedTags).toEqual(
      ['latest', 'main'].map((tag) => ({ tag, from: digests[0], to: digests[1], at: expect.any(String) })),
    );
  });

  it('is its place among the waiting builds of its own organization', async () => {
    const { organizationId, visitor } = await world.stranger(owner);
    const theirs = await world.project(visitor, organizationId);
    await world.build(theirs);
    const waiting = [await world.build(target), await world.build(target)];
    expect((await relationsOf(waiting[1]!)).queue).toMatchObject({ ahead: 1, running: 1, slots: 64, position: 2 });
    expect((await visitor.get(`/api/v1/builds/${waiting[1]!.id}/relations`)).status).toBe(404);
  });

  it('is what each step usually takes, where it ran before', async () => {
    const { steps } = expectOk(await owner.get<Steps>(`/api/v1/builds/${builds[2]!.id}/steps`));
    expect(steps.map(({ usualMs }) => usualMs)).toEqual([2000, null]);
  });

  it('is the Dockerfile of the last good build', async () => {
    const change = await owner.get<DockerfileChange>(`/api/v1/builds/${builds[2]!.id}/dockerfile/change`);
    expect(expectOk(change)).toEqual({
      path: 'Dockerfile',
      ...three,
      syntax: { line: 1, image: 'docker/dockerfile:1' },
      failing: null,
      against: { number: 2, commit: builds[1]!.commit, path: 'Dockerfile', ...one },
      firstDifference: 1,
    });
    const first = await owner.get<DockerfileChange>(`/api/v1/builds/${builds[0]!.id}/dockerfile/change`);
    expect(expectOk(first)).toMatchObject({ syntax: null, against: null });
  });
});

describe('two builds side by side', () => {
  const compare = <T>(a: number, b: number, part = '') =>
    owner.get<T>(`/api/v1/projects/${target.project.id}/compare${part}?a=${a}&b=${b}`);

  it('differ in inputs, Dockerfile and steps', async () => {
    const found = expectOk(await compare<Comparison>(1, 3));
    expect(found).toMatchObject({ a: { number: 1 }, b: { number: 3 }, between: 1, bases: [] });
    expect(found.commits).toMatchObject({ ref: 'refs/heads/main', more: false });
    const commits = (comparison: Comparison) => comparison.commits?.items.map(({ number, commit }) => [number, commit]);
    expect(commits(found)).toEqual([
      [3, builds[2]!.commit],
      [2, builds[1]!.commit],
    ]);
    expect(commits(expectOk(await compare<Comparison>(3, 2)))).toEqual([[3, builds[2]!.commit]]);
    expect(expectOk(await compare<Comparison>(1, 1)).commits).toBeNull();
    expect(found.inputs).toContainEqual({ name: 'commit', a: builds[0]!.commit, b: builds[2]!.commit });
    expect(found.dockerfile).toEqual({ a: one, b: three, firstDifference: 1 });
    expect(expectOk(await compare<Comparison>(1, 2)).dockerfile).toEqual({ a: one, b: one, firstDifference: null });
    expect(found.steps.map(({ change, a, b }) => [change, a?.title, b?.title])).toEqual([
      ['same', 'RUN one', 'RUN one'],
      ['added', undefined, 'RUN three'],
      ['gone', 'RUN two', undefined],
    ]);
    expect(expectOk(await compare<Comparison>(1, 2)).steps.map(({ change }) => change)).toEqual([
      'slower',
      'lost_cache',
    ]);
  });

  it('differ in the layers of their images, where they have one', async () => {
    const { a, b, platforms } = expectOk(await compare<LayerComparison>(1, 2, '/layers'));
    expect([a?.digest, b?.digest]).toEqual(digests);
    expect(platforms).toMatchObject([
      { platform: 'linux/amd64', layers: [{ change: 'added', createdBy: 'COPY x /x' }, { change: 'gone' }] },
    ]);
    expect(expectOk(await compare<LayerComparison>(1, 3, '/layers')).b).toBeNull();
  });

  it('S-065 are nobody else’s, and must be there', async () => {
    expect((await compare(1, 999)).status).toBe(404);
    expect((await compare(0, 1)).status).toBe(400);
    expect((await world.anonymous().get(`/api/v1/projects/${target.project.id}/compare?a=1&b=2`)).status).toBe(401);
  });
});
