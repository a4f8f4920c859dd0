import type { Build, Page } from '@cooperage/contracts';
import type { BuildRecord } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let worker: TestWorker;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner), { slug: 'hello' });
  worker = await TestWorker.start(world);
});
afterAll(() => world.close());

const get = async (build: BuildRecord) => expectOk(await owner.get<Build>(`/api/v1/builds/${build.id}`));

describe('S-082 a hundred times at once', () => {
  it('a cancel has one effect', async () => {
    const build = await world.build(target);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => owner.post(`/api/v1/builds/${build.id}/cancel`)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map((answer) => problemOf(answer).code))).toEqual(
      new Set(['too_late']),
    );
    expect(await get(build)).toMatchObject({
      status: 'canceled',
      cancelRequestedBy: 'Olga Owner',
      can: { cancel: false, retry: true },
    });
    const events = await rowsOf(world, "SELECT actor FROM build_event WHERE build_id = $1 AND event = 'cancel'", [
      build.id,
    ]);
    expect(events).toEqual([{ actor: 'Olga Owner' }]);
    const audit = await rowsOf(world, "SELECT 1 FROM audit_entry WHERE action = 'build.cancel' AND subject_id = $1", [
      build.id,
    ]);
    expect(audit).toHaveLength(1);
  });

  it('retries are as many new builds, each with a number of its own, all linked to the old one', async () => {
    const build = await world.build(target);
    expect((await owner.post(`/api/v1/builds/${build.id}/retry`, {})).status).toBe(409);
    expectOk(await owner.post(`/api/v1/builds/${build.id}/cancel`));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => owner.post<Build>(`/api/v1/builds/${build.id}/retry`, { noCache: true })),
    );
    const retries = answers.map((answer) => expectOk(answer, 201));
    expect(new Set(retries.map(({ number }) => number)).size).toBe(20);
    for (const retry of retries)
      expect(retry).toMatchObject({
        retryOf: build.id,
        retryOfNumber: build.number,
        trigger: 'retry',
        commit: build.commit,
      });
    expect((await get(build)).status).toBe('canceled');
  });
});

describe('a build of a fork', () => {
  it('R12A-4 is retried by an admin, as it was started', async () => {
    const organizationId = await organizationOf(owner);
    const [developer, admin] = [
      await world.member(owner, organizationId, 'developer'),
      await world.member(owner, organizationId, 'admin'),
    ];
    const build = await world.build(target);
    await rowsOf(world, "UPDATE build SET zone = 'fork' WHERE id = $1", [build.id]);
    expectOk(await developer.post(`/api/v1/builds/${build.id}/cancel`));
    const retry = (visitor: Visitor) => visitor.post<Build>(`/api/v1/builds/${build.id}/retry`, {});
    expect(problemOf(await retry(developer))).toMatchObject({ status: 403, neededRole: 'admin' });
    expect(expectOk(await retry(admin), 201)).toMatchObject({ retryOf: build.id, zone: 'fork' });
    const own = await world.build(target);
    expectOk(await developer.post(`/api/v1/builds/${own.id}/cancel`));
    expectOk(await developer.post(`/api/v1/builds/${own.id}/retry`, {}), 201);
  });
});

describe('a running build', () => {
  it('is canceled when its worker says so', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    const canceling = expectOk(await owner.post<Build>(`/api/v1/builds/${build.id}/cancel`));
    expect(canceling).toMatchObject({ status: 'canceling', stoppedAt: null });
    expect(problemOf(await owner.post(`/api/v1/builds/${build.id}/cancel`)).code).toBe('conflict');
    await worker.attempts.stopped(attempt, worker.instanceId);
    expect(await get(build)).toMatchObject({ status: 'canceled', stoppedAt: expect.any(String) });
  });
});

describe('the workers page', () => {
  it('shows which builds of ours a worker has', async () => {
    const build = await world.build(target);
    await worker.claim(build);
    const { items } = expectOk(
      await owner.get<Page<{ id: string; state: string; builds: { id: string }[] }>>('/api/v1/workers'),
    );
    const shown = items.find(({ id }) => id === worker.instanceId);
    expect(shown?.state).toBe('busy');
    expect(shown?.builds.map(({ id }) => id)).toContain(build.id);
  });
});
