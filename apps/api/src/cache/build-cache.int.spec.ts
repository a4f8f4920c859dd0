import type { BuildCache, ProjectCache } from '@cooperage/contracts';
import {
  type BuildRecord,
  CacheSweepRepository,
  ContextManifestRepository,
  StepRepository,
  TidyRepository,
} from '@cooperage/db';
import type { ManifestEntry } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { toldBuild } from '../../spec/told-build.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let worker: TestWorker;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner), { slug: 'cask' });
  worker = await TestWorker.start(world);
});
afterAll(() => world.close());

const file = (path: string, blobId: string): ManifestEntry => ({ path, kind: 'file', mode: 0o644, blobId });

const built = (context: readonly ManifestEntry[], cached: readonly string[]) =>
  toldBuild(world, worker, target, context, cached);
const cacheOf = async (build: BuildRecord) => expectOk(await owner.get<BuildCache>(`/api/v1/builds/${build.id}/cache`));

describe('the cache of a build', () => {
  it('is explained step by step, from what builds before it left', async () => {
    const first = await built([file('Makefile', 'aa'), file('main.c', 'bb')], []);
    const same = await built([file('Makefile', 'aa'), file('main.c', 'bb')], ['COPY . .', 'RUN make']);
    const other = await built([file('Makefile', 'aa'), file('main.c', 'cc')], []);
    const explained = async (build: BuildRecord) =>
      (await cacheOf(build)).steps.map(({ startLine, reason, against }) => [startLine, reason, against?.number]);
    expect(await explained(first)).toEqual([
      [2, { kind: 'first' }, undefined],
      [3, { kind: 'first' }, undefined],
    ]);
    expect(await explained(same)).toEqual([
      [2, null, first.number],
      [3, null, first.number],
    ]);
    const changes = [{ path: 'main.c', before: 'bb', after: 'cc', mode: null }];
    expect(await explained(other)).toEqual([
      [2, { kind: 'files', changes, added: 0, changed: 1, removed: 0 }, same.number],
      [3, { kind: 'earlier_step', ordinal: 2, definition: 'COPY . .' }, same.number],
    ]);
    expect(await world.database.prisma.contextManifest.count({ where: { projectId: target.project.id } })).toBe(2);
  });

  it('is explained for the steps of other targets of the definition too, of which contexts are kept once', async () => {
    const { prisma } = world.database;
    const input = {
      ...{ contextPath: '.', dockerfilePath: 'Dockerfile', dockerfileInline: null, stage: null, platform: null },
      ...{ buildArgs: {}, labels: {}, noCache: false, withoutNetwork: false },
    };
    const resolved = {
      ...{ ...input, namedContexts: { base: 'target:base', twin: 'target:twin' }, ignored: [] },
      targets: ['base', 'twin'].map((name) => ({ ...input, name, namedContexts: {} })),
    };
    const own = 'FROM base\nRUN make\n';
    const titles = ['[base 2/2] COPY word.txt /', '[1/1] RUN make'];
    const builtOf = async (word: string) => {
      const build = await world.build(target);
      const attempt = await worker.claim(build);
      await worker.attempts.noteResolved(attempt, resolved);
      await worker.attempts.describe(attempt, 'ab', own);
      const manifests = new ContextManifestRepository(world.database);
      await manifests.save(attempt, []);
      const read = { dockerfile: 'FROM busybox\nCOPY word.txt /\n', manifest: [file('word.txt', word)] };
      await manifests.saveTargets(attempt, own, [
        { name: 'base', ...read },
        { name: 'twin', ...read },
      ]);
      const steps = titles.map((name, at) => ({
        ...{ ordinal: at + 1, vertexId: `sha256:${at}`, name, stage: null, target: at === 0 ? 'base' : null },
        ...{ platform: null, internal: false, error: null, cached: false, progressGroup: null },
        ...{ startedAt: new Date(), completedAt: new Date() },
      }));
      await new StepRepository(world.database).save(attempt.attemptId, steps);
      const failure = { code: 'StepFailed', message: 'no' } as const;
      const next = { retryable: false, attemptsLeft: false, pauseMs: 0 };
      await worker.attempts.failed(attempt, worker.instanceId, failure, next);
      return build;
    };
    const first = await builtOf('d1');
    const known = await prisma.contextManifest.count({ where: { projectId: target.project.id } });
    const second = await builtOf('d2');
    expect(await prisma.contextManifest.count({ where: { projectId: target.project.id } })).toBe(known + 1);
    const { targetRecords } = await prisma.attempt.findFirstOrThrow({ where: { buildId: second.id } });
    expect(targetRecords).toMatchObject({ dockerfiles: ['FROM busybox\nCOPY word.txt /\n'] });
    const { steps } = await cacheOf(second);
    const changes = [{ path: 'word.txt', before: 'd1', after: 'd2', mode: null }];
    expect(steps.map(({ target, startLine, reason, against }) => [target, startLine, reason, against?.number])).toEqual(
      [
        ['base', 2, { kind: 'files', changes, added: 0, changed: 1, removed: 0 }, first.number],
        [
          ...[null, 2],
          { kind: 'earlier_step', ordinal: 1, definition: 'COPY word.txt /', target: 'base' },
          first.number,
        ],
      ],
    );
  });

  it('names what is read, what is written, and nothing of steps before there are any', async () => {
    const waiting = await world.build(target);
    const cache = await cacheOf(waiting);
    expect(cache).toMatchObject({ zone: 'protected', export: { state: 'none', note: null }, steps: [] });
    expect(cache.economy).toMatchObject({ savedMs: 0, share: null });
    expect(cache.reads).toEqual([{ reference: cache.writes, zone: 'protected', ref: 'refs/heads/main' }]);
    expect(cache.read).toBeNull();
  });

  it('says which cache was read, how old that was and why it was that one, once its builder has said it', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    const digest = `sha256:${'d'.repeat(64)}`;
    const writtenAt = new Date(Date.now() - 60_000).toISOString();
    const main = { role: 'main', zone: 'protected', ref: 'refs/heads/main' } as const;
    const passed = [
      { role: 'own', zone: 'branch', ref: 'refs/heads/x', why: 'absent', writtenAt: null, eviction: null },
    ] as const;
    const fact = { cache: { ...main, epoch: 0, digest, writtenAt, writtenBy: 3 }, none: null, passed };
    await worker.attempts.noteCacheRead(attempt, fact);
    const { read, writes } = await cacheOf(build);
    expect(read).toMatchObject({ cache: { ...main, digest, writtenAt, writtenBy: 3 }, none: null, passed });
    expect(read!.cache!.reference).toBe(writes!.replace(/:.*$/, `@${digest}`));
    expect(read!.cache!.ageMs).toBeGreaterThan(50_000);
    const failure = { code: 'StepFailed', message: 'no' } as const;
    const next = { retryable: false, attemptsLeft: false, pauseMs: 0 };
    await worker.attempts.failed(attempt, worker.instanceId, failure, next);
  });

  it('of a project is summed up day by day, with where it goes', async () => {
    const { project } = await world.project(owner, await organizationOf(owner));
    const address = `/api/v1/projects/${project.id}/cache`;
    const empty = expectOk(await owner.get<ProjectCache>(address));
    expect(empty.days).toHaveLength(30);
    expect(empty).toMatchObject({ total: { builds: 0, share: null, netMs: 0 }, trend: { direction: 'unknown' } });
    const inProject = { ...target, project };
    const secret = expectOk(
      await owner.post<{ secret: string }>(`/api/v1/projects/${project.id}/hook-secrets`, {}),
      201,
    );
    const costs = (savedMs: number, ranMs: number, day: number) => ({
      ...{ cacheSavedMs: savedMs, cacheRanMs: ranMs, cacheImportMs: 100, cacheImportBytes: 5n },
      ...{ cacheExportMs: 400, cacheExportBytes: 1_000n, queuedAt: new Date(Date.now() - day * 86_400_000) },
    });
    const inline = { cacheBackend: 'inline', cacheExportMs: null, cacheExportBytes: null };
    for (const data of [costs(1_000, 9_000, 3), costs(6_000, 4_000, 0), { ...costs(8_000, 2_000, 0), ...inline }]) {
      const build = await world.build({ ...inProject, secret: secret.secret });
      await world.database.prisma.build.update({ where: { id: build.id }, data });
    }
    const cache = expectOk(await owner.get<ProjectCache>(`${address}?days=4`));
    expect(cache.days.map(({ builds, savedMs }) => [builds, savedMs])).toEqual([
      [1, 1_000],
      [0, 0],
      [0, 0],
      [2, 14_000],
    ]);
    expect(cache.total).toMatchObject({ builds: 3, savedMs: 15_000, share: 0.5, exportBytes: 2_000, netMs: 13_900 });
    // As many days before these had no build; today stands against the days before it.
    expect(cache.trend).toEqual({ before: null, now: 0.5, direction: 'unknown', shift: null });
    const two = expectOk(await owner.get<ProjectCache>(`${address}?days=2`));
    expect(two.trend).toEqual({ before: 0.1, now: 0.7, direction: 'better', shift: null });
    expect(two.modes.numbers[0]).toMatchObject({ trend: null, main: { builds: 0, netMs: null } });
    const costsOfOne = { importMs: 100, importBytes: 5, exportMs: 400, exportBytes: 1_000 };
    expect(cache.backends).toEqual([
      { backend: 'registry', builds: 2, savedMs: 3_500, exports: 2, ...costsOfOne },
      { backend: 'inline', builds: 1, savedMs: 8_000, exports: 0, ...costsOfOne, exportMs: null, exportBytes: null },
      {
        ...{ backend: 'local', builds: 0, savedMs: null, importMs: null, importBytes: null },
        ...{ exports: 0, exportMs: null, exportBytes: null },
      },
    ]);
    expect(cache.zones.map(({ zone, builds, share, netMs }) => [zone, builds, share, netMs])).toEqual([
      ['protected', 3, 0.5, 13_900],
      ['branch', 0, null, 0],
      ['fork', 0, null, 0],
    ]);
    expect(cache.zones[0]).toMatchObject({ entries: 0, bytes: 0, newestAt: null });
    const { visitor: stranger } = await world.stranger(owner, 'other');
    expect((await stranger.get(address)).status).toBe(404);
    expect((await owner.get(`${address}?days=1`)).status).toBe(400);
  });

  it('says that what could have been found was deleted from the registry before', async () => {
    const context = [file('Makefile', 'dd')];
    const kept = await built(context, []);
    const exported = { cacheExport: 'done', builtAt: new Date(Date.now() - 1_000) };
    await world.database.prisma.build.update({ where: { id: kept.id }, data: exported });
    const { zone, ref, platform } = kept;
    const place = { zone, ref, platform, epoch: 0 };
    const early = await built(context, []);
    const why = async (build: BuildRecord) => (await cacheOf(build)).steps.map(({ reason }) => reason);
    const lost = { kind: 'not_kept', why: 'dropped' };
    expect(await why(early)).toEqual([lost, lost]);
    await world.database.prisma.build.update({ where: { id: early.id }, data: exported });
    await new CacheSweepRepository(world.database).evicted(target.project.id, place, { why: 'unused', unusedDays: 30 });
    const late = await built(context, []);
    const evicted = { ...lost, why: 'evicted', eviction: { why: 'unused', unusedDays: 30 } };
    expect(await why(late)).toEqual([evicted, evicted]);
    // What was deleted after it has nothing to do with it.
    expect(await why(early)).toEqual([lost, lost]);
  });

  it('is told to nobody else', async () => {
    const { visitor: stranger } = await world.stranger(owner);
    const build = await world.build(target);
    expect((await stranger.get(`/api/v1/builds/${build.id}/cache`)).status).toBe(404);
  });

  it('forgets the contexts of old builds only', async () => {
    const { prisma } = world.database;
    const tidying = new TidyRepository(world.database);
    const count = () => prisma.contextManifest.count({ where: { projectId: target.project.id } });
    const before = await count();
    await tidying.forgetContexts();
    expect(await count()).toBe(before);
    await prisma.project.update({ where: { id: target.project.id }, data: { lastBuildNumber: 1000 } });
    await tidying.forgetContexts();
    expect(await count()).toBe(0);
  });
});
