import type { Insights, Overview, ProjectGlanceView } from '@cooperage/contracts';
import { ProcessRepository, SilenceRepository } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, randomCommit, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let acme: string;
let target: TestProject;
let worker: TestWorker;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
  target = await world.project(owner, acme, { slug: 'hello', visibility: 'public' });
  worker = await TestWorker.start(world);
});
afterAll(() => world.close());

const overview = async (query = '', visitor = owner) =>
  expectOk(await visitor.get<Overview>(`/api/v1/overview${query}`));
const glance = async () => expectOk(await owner.get<ProjectGlanceView>(`/api/v1/projects/${target.project.id}/glance`));
const fail = async () => {
  const build = await world.build(target);
  await worker.attempts.failed(
    await worker.claim(build),
    worker.instanceId,
    { code: 'StepFailed', message: 'It failed.', place: { step: 'RUN npm ci' } },
    { retryable: false, attemptsLeft: false, pauseMs: 0 },
  );
  return build;
};
/** An image of the newest build, as its publication leaves it. */
const publish = async (buildId: string, ok: boolean) => {
  const digest = `sha256:${'a'.repeat(64)}`;
  await rowsOf(
    world,
    `UPDATE build SET status = 'succeeded', digest = $2, started_at = now() - interval '40 seconds', finished_at = now() WHERE id = $1`,
    [buildId, digest],
  );
  await rowsOf(
    world,
    `INSERT INTO image (id, project_id, digest, media_type, size_bytes, platforms, build_id) VALUES (gen_random_uuid(), $1, $2, 'x', 1, '{}', $3)
     ON CONFLICT DO NOTHING`,
    [target.project.id, digest, buildId],
  );
  await rowsOf(
    world,
    `INSERT INTO image_verification (id, project_id, digest, build_id, ok, checks) VALUES ($4, $1, $2, $3, $5, '[]')`,
    [target.project.id, digest, buildId, buildId, ok],
  );
  return digest;
};
const badge = (query = '', name = 'hello', headers: Record<string, string> = {}) =>
  owner.get(`/badge/acme/${name}.svg${query}`, headers);

describe('the overview', () => {
  it('of nothing is empty, with fourteen days', async () => {
    const empty = await overview();
    expect(empty).toMatchObject({ scope: 'all', active: [], attention: [] });
    expect(empty.days).toHaveLength(14);
    expect(await glance()).toMatchObject({ defaultBranch: null, branches: [], recent: [], lastCallAt: null });
  });

  it('shows what goes on, and the broken default branch until something newer succeeded', async () => {
    const failed = await fail();
    const { attention } = await overview();
    expect(attention).toMatchObject([{ kind: 'default_branch_broken', build: { id: failed.id } }]);
    const queued = await world.build(target);
    const now = await overview();
    expect(now.active.map(({ id }) => id)).toEqual([queued.id]);
    expect(now.days.at(-1)).toMatchObject({ broken: 1, other: 1, succeeded: 0 });
    expect(await glance()).toMatchObject({
      defaultBranch: { id: queued.id },
      branches: [{ ref: 'refs/heads/main', newest: { id: queued.id } }],
      recent: [{ number: failed.number, status: 'failed' }],
      lastCallAt: expect.any(String),
    });
    const digest = await publish(queued.id, false);
    expect((await overview()).attention).toMatchObject([{ kind: 'image_unverified', projectSlug: 'hello', digest }]);
  });

  it('names the own tokens that end soon, and no others', async () => {
    const make = async (name: string, expiresInDays: number | null) =>
      expectOk(
        await owner.post<{ id: string }>('/api/v1/tokens', {
          ...{ organizationId: acme, name, scopes: ['read'], expiresInDays },
        }),
        201,
      );
    const soon = await make('soon', 3);
    await make('late', 90);
    await make('never', null);
    const revoked = await make('revoked', 3);
    expect((await owner.ask('DELETE', `/api/v1/tokens/${revoked.id}`)).status).toBe(204);
    const tokens = async (visitor?: Visitor) =>
      (await overview('', visitor)).attention.filter(({ kind }) => kind === 'token_expiring');
    expect(await tokens()).toMatchObject([{ tokenId: soon.id, name: 'soon', organizationId: acme }]);
    expect(await tokens(await world.member(owner, acme, 'viewer'))).toEqual([]);
    await owner.ask('DELETE', `/api/v1/tokens/${soon.id}`);
  });

  it('names a tagged image that fails also where a newer one is good', async () => {
    const old = `sha256:${'b'.repeat(64)}`;
    const build = await world.build(target, randomCommit());
    const [project, id] = [target.project.id, build.id];
    await rowsOf(
      world,
      `INSERT INTO image (id, project_id, digest, media_type, size_bytes, platforms, build_id) VALUES ('00000000-0000-7000-8000-000000000001', $1, $2, 'x', 1, '{}', $3)`,
      [project, old, id],
    );
    await rowsOf(
      world,
      `INSERT INTO image_tag (project_id, tag, digest, build_id, sequence, build_number) VALUES ($1, 'old', $2, $3, 1, 1)`,
      [project, old, id],
    );
    await rowsOf(
      world,
      `INSERT INTO image_verification (id, project_id, digest, build_id, ok, verdict, checks) VALUES ($3, $1, $2, $3, false, 'mismatch', '[]')`,
      [project, old, id],
    );
    const images = (await overview()).attention.filter(({ kind }) => kind === 'image_unverified');
    expect(images).toContainEqual(expect.objectContaining({ digest: old }));
    await rowsOf(world, 'DELETE FROM image_tag WHERE project_id = $1', [project]);
    await rowsOf(world, `UPDATE build SET status = 'canceled', finished_at = now() WHERE id = $1`, [id]);
  });

  it('of mine is of my commits and wishes; of somebody without any it is of all', async () => {
    expect((await overview('?scope=mine')).active).toEqual([]);
    const build = await world.build(target, randomCommit());
    await rowsOf(world, "UPDATE build SET commit_author = 'Olga Owner' WHERE id = $1", [build.id]);
    expect(await overview()).toMatchObject({ scope: 'mine', active: [{ id: build.id }] });
    await world.build(target, randomCommit());
    expect((await overview()).active).toHaveLength(1);
    expect((await overview('?scope=all')).active).toHaveLength(2);
    expect((await owner.get('/api/v1/overview?scope=theirs')).status).toBe(400);
  });

  it('names a hook that proves nothing until a call proves something', async () => {
    const refused = await world.push(target, { signature: `sha256=${'0'.repeat(64)}` });
    expect(refused.status).toBe(401);
    const kinds = async () => (await overview('?scope=all')).attention.map(({ kind }) => kind);
    // The answer does not wait until the refusal is written.
    await expect.poll(kinds).toContain('hook_failing');
    expect((await world.push(target)).status).toBe(202);
    expect(await kinds()).not.toContain('hook_failing');
  });

  it('names a webhook that has gone quiet until it calls again', async () => {
    const [told, moved] = [randomCommit(), randomCommit()];
    const build = await world.build(target, told);
    const { id } = target.project;
    const silent = async () => (await overview('?scope=all')).attention.filter(({ kind }) => kind === 'hook_silent');
    await rowsOf(world, "UPDATE delivery SET received_at = now() - interval '6 days' WHERE project_id = $1", [id]);
    expect(await silent()).toEqual([]);
    await new SilenceRepository(world.database).note(id, 'refs/heads/main', moved);
    expect(await silent()).toMatchObject([{ projectSlug: 'hello', ref: 'refs/heads/main' }]);
    expect((await world.push(target, { commit: moved })).status).toBe(202);
    expect(await silent()).toEqual([]);
    await rowsOf(world, "UPDATE build SET status = 'canceled', finished_at = now() WHERE id = $1", [build.id]);
  });

  it('names a builder whose disk is nearly full, as it says itself', async () => {
    const processes = new ProcessRepository(world.database);
    const disks = async () => (await overview()).attention.filter(({ kind }) => kind === 'disk_full');
    const says = (diskFreeBytes: number) =>
      processes.heartbeat(worker.instanceId, { slots: 64, diskFreeBytes, diskTotalBytes: 120_000 });
    await says(9_000);
    expect(await disks()).toEqual([
      {
        kind: 'disk_full',
        workerId: worker.instanceId,
        workerName: 'builder-1',
        freeBytes: 9_000,
        totalBytes: 120_000,
      },
    ]);
    await says(60_000);
    expect(await disks()).toEqual([]);
  });

  it('R-W1 names a loop of a living process that takes no work, as the process says itself [A3 watchdog]', async () => {
    const processes = new ProcessRepository(world.database);
    const stuck = { loop: 'publish', state: 'stalled', forMs: 14_000, due: 3 } as const;
    const control = await processes.start('control', 'control', { loops: [stuck] });
    const loops = async () => (await overview()).attention.filter(({ kind }) => kind === 'loop_stuck');
    expect(await loops()).toEqual([{ kind: 'loop_stuck', processId: control, processName: 'control', ...stuck }]);
    await processes.heartbeat(control, { loops: [] });
    expect(await loops()).toEqual([]);
    await processes.heartbeat(control, { loops: [stuck] });
    await processes.end(control, 'exited');
    expect(await loops()).toEqual([]);
  });

  it('S-065 shows another organization nothing', async () => {
    const { visitor } = await world.stranger(owner);
    expect(await overview('?scope=all', visitor)).toMatchObject({ active: [], attention: [] });
    expect((await visitor.get(`/api/v1/projects/${target.project.id}/glance`)).status).toBe(404);
    const { slowest, causes } = expectOk(await visitor.get<Insights>('/api/v1/insights'));
    expect([slowest, causes]).toEqual([[], []]);
  });

  it('says so when no builder lives', async () => {
    await new ProcessRepository(world.database).end(worker.instanceId, 'exited');
    expect((await overview()).attention[0]).toEqual({ kind: 'no_worker' });
  });
});

describe('insights', () => {
  it('tell times, waits and causes with the builds behind them', async () => {
    const told = expectOk(await owner.get<Insights>('/api/v1/insights?days=7'));
    expect(told.days).toHaveLength(7);
    expect(told.days.at(-1)!.medianMs).toBeCloseTo(40_000, -3);
    expect(told.slowest[0]).toMatchObject({ status: 'succeeded' });
    expect(told.causes).toMatchObject([{ code: 'StepFailed', count: 1, newest: { status: 'failed' } }]);
    const none = expectOk(await owner.get<Insights>('/api/v1/insights?filter=branch:gone'));
    expect([none.slowest, none.causes, none.grown]).toEqual([[], [], []]);
    for (const query of ['days=1', 'days=x', 'filter=is:gone', 'project=1'])
      expect((await owner.get(`/api/v1/insights?${query}`)).status, query).toBe(400);
  });
});

describe('a badge', () => {
  it('tells how the newest build of the branch ended', async () => {
    await rowsOf(world, "UPDATE project SET default_branch = 'main' WHERE id = $1", [target.project.id]);
    const answer = await badge();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml; charset=utf-8']);
    expect(answer.text).toContain('build: passing');
    expect((await badge('?branch=gone')).text).toContain('build: unknown');
    expect((await badge('?kind=size')).status).toBe(400);
  });

  it('says signed only after a verification that passed', async () => {
    expect((await badge('?kind=signed')).text).toContain('image: does not verify');
    const [row] = await rowsOf(world, 'SELECT id FROM build WHERE digest IS NOT NULL', []);
    await rowsOf(
      world,
      `INSERT INTO image_verification (id, project_id, digest, ok, checks) SELECT 'ffffffff-0000-7000-8000-000000000000', project_id, digest, true, '[]' FROM build WHERE id = $1`,
      [row!.id],
    );
    expect((await badge('?kind=signed')).text).toContain('image: signed, checked today');
  });

  it('is asked for again cheaply', async () => {
    const { headers } = await badge();
    expect(headers.get('cache-control')).toBe('public, max-age=60');
    const again = await badge('', 'hello', { 'if-none-match': headers.get('etag')! });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('S-065 of a private project is that of one that is not there', async () => {
    await world.project(owner, acme, { slug: 'secret' });
    const [hidden, absent] = [await badge('', 'secret'), await badge('', 'nothing')];
    expect(hidden.text).toContain('build: unknown');
    expect([hidden.status, hidden.text]).toEqual([absent.status, absent.text]);
    expect((await world.anonymous().get('/badge/acme/secret.svg')).text).toBe(absent.text);
    expect((await world.anonymous().get('/badge/acme/hello.svg')).text).toContain('passing');
  });
});

describe('insights about sizes', () => {
  it('tell which image grew most against the one before it of the same ref and rule', async () => {
    for (const size of [1000, 5000, 6000, 2000])
      await rowsOf(world, "UPDATE build SET status = 'succeeded', size_bytes = $2, finished_at = now() WHERE id = $1", [
        (await world.build(target)).id,
        size,
      ]);
    const { days, grown } = expectOk(await owner.get<Insights>('/api/v1/insights?days=7'));
    expect(grown.map(({ beforeBytes, afterBytes }) => [beforeBytes, afterBytes])).toEqual([
      [1000, 5000],
      [5000, 6000],
    ]);
    expect(days.at(-1)!.medianBytes).toBe(2000);
  });

  it('can be had as comma-separated values', async () => {
    const answer = await owner.get('/api/v1/insights/days?days=7');
    const [head, ...rows] = answer.text.split('\r\n');
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(head).toBe('day,succeeded,broken,other,medianMs,p95Ms,medianWaitMs,p95WaitMs,steps,reusedSteps,medianBytes');
    expect(rows).toHaveLength(8);
  });
});
