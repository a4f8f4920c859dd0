import type { Me } from '@cooperage/contracts';
import {
  type BuildRecord,
  BuildRepository,
  channels,
  DrainRepository,
  ProcessRepository,
  StepRepository,
} from '@cooperage/db';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, randomCommit, type TestProject } from '../../spec/api-world.js';
import type { PageOptions } from '../../spec/live-page.js';
import { LiveWorld } from '../../spec/live-world.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { waitFor } from '../../spec/wait-for.js';
import { TestWorker } from '../../spec/worker.js';

let live: LiveWorld;
let world: ApiWorld;
let owner: Visitor;
let rival: Visitor;
let acme: string;
let target: TestProject;
let worker: TestWorker;

beforeAll(async () => {
  live = await LiveWorld.open();
  ({ world, owner, rival, acme, target, worker } = live);
});
afterEach(() => live.closePages());
afterAll(() => live.close());

const open = (visitor?: Visitor, options?: PageOptions) => live.page(visitor, options);
const cancel = (build: BuildRecord) => new BuildRepository(world.database).requestCancel(build.id, 'test');

describe('changes of workers', () => {
  it('reach every page: a process that begins, drains, and ends', async () => {
    const page = await open();
    const processes = new ProcessRepository(world.database);
    const drains = new DrainRepository(world.database);
    const id = await processes.start('builder', 'another', {});
    await waitFor(() => expect(page.workerChanges).toBe(1));
    await drains.drain({ name: 'another', pool: 'trusted' }, { kind: 'person', id: 'ada', name: 'Ada', ip: null });
    await waitFor(() => expect(page.workerChanges).toBe(2));
    await processes.end(id, 'exited');
    await waitFor(() => expect(page.workerChanges).toBe(3));
  });
});

describe('changes of builds', () => {
  it('reach the pages that follow the project or the organization, and no others', async () => {
    const [project, organization, none] = [await open(), await open(), await open()];
    expect(await project.ask('builds:subscribe', { projectId: target.project.id })).toEqual({ ok: true });
    expect(await organization.ask('builds:subscribe', { organizationId: acme })).toEqual({ ok: true });
    const build = await world.build(target);
    await cancel(build);
    for (const page of [project, organization])
      await waitFor(() =>
        expect(page.changes.filter(({ buildId }) => buildId === build.id).at(-1)?.status).toBe('canceled'),
      );
    expect(none.changes).toEqual([]);
    expect(await project.ask('builds:unsubscribe', { projectId: target.project.id })).toEqual({ ok: true });
    const seen = project.changes.length;
    await world.build(target);
    await waitFor(() => expect(organization.changes.length).toBeGreaterThan(seen));
    expect(project.changes).toHaveLength(seen);
  });

  it('in their steps reach the pages that follow the project, and no others', async () => {
    const [project, none] = [await open(), await open()];
    await project.ask('builds:subscribe', { projectId: target.project.id });
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    const step = {
      ...{
        ordinal: 1,
        vertexId: 'v',
        name: 'RUN a',
        stage: null,
        target: null,
        platform: null,
        internal: false,
        cached: false,
      },
      ...{ startedAt: new Date(), completedAt: null, error: null, progressGroup: null },
    };
    await new StepRepository(world.database).save(attempt.attemptId, [step]);
    await waitFor(() =>
      expect(project.stepChanges).toEqual([{ buildId: build.id, projectId: target.project.id, attempt: 1 }]),
    );
    expect(none.stepChanges).toEqual([]);
    await cancel(build);
    await worker.attempts.stopped(attempt, worker.instanceId);
    await new StepRepository(world.database).save(attempt.attemptId, [{ ...step, completedAt: new Date() }]);
    await world.build(target);
    await waitFor(() => expect(project.changes.length).toBeGreaterThan(2));
    expect(project.stepChanges).toHaveLength(1);
  });

  it('S-065 of another tenant cannot be followed', async () => {
    const page = await open(rival);
    const refused = { ok: false, code: 'not_found' };
    expect(await page.ask('builds:subscribe', { projectId: target.project.id })).toEqual(refused);
    expect(await page.ask('builds:subscribe', { organizationId: acme })).toEqual(refused);
    const build = await world.build(target);
    await worker.claim(build);
    expect(await page.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 0 })).toEqual(refused);
    await cancel(build);
    expect(page.changes).toEqual([]);
  });
});

describe('changes of deliveries', () => {
  it('reach who follows the project or the organization: accepted, judged and refused ones', async () => {
    const [project, organization, other] = [await open(), await open(), await open()];
    const quiet = await world.project(owner, acme);
    await project.ask('builds:subscribe', { projectId: target.project.id });
    await organization.ask('builds:subscribe', { organizationId: acme });
    await other.ask('builds:subscribe', { projectId: quiet.project.id });
    const count = () => project.deliveryChanges.length;
    const commit = randomCommit();
    const { deliveryId } = (await (await world.push(target, { commit })).json()) as { deliveryId: string };
    await waitFor(() => expect(count()).toBe(1));
    await world.evaluate(deliveryId, commit);
    await waitFor(() => expect(count()).toBe(2));
    await world.push(target, { signature: `sha256=${'0'.repeat(64)}` });
    await waitFor(() => expect(count()).toBe(3));
    await waitFor(() => expect(organization.deliveryChanges).toHaveLength(3));
    expect(project.deliveryChanges[0]).toEqual({ projectId: target.project.id, organizationId: acme });
    expect(other.deliveryChanges).toEqual([]);
  });

  it('R12B-2 reach who follows the organization as one message where very many projects have some', async () => {
    const page = await open();
    await page.ask('builds:subscribe', { organizationId: acme });
    await world.database.prisma.$executeRaw`
      SELECT pg_notify(${channels.delivery}, json_build_object('projectId', gen_random_uuid(), 'organizationId', ${acme}::text)::text)
      FROM generate_series(1, 30)`;
    await waitFor(() => expect(page.everythingChanges).toBeGreaterThan(0));
    expect(page.deliveryChanges.length).toBeLessThan(11);
  });

  it('S-065 of another tenant reach nobody else', async () => {
    const page = await open(rival);
    const [own] = expectOk(await rival.get<Me>('/api/v1/me')).organizations;
    await page.ask('builds:subscribe', { organizationId: own!.organizationId });
    const watching = await open();
    await watching.ask('builds:subscribe', { organizationId: acme });
    await world.push(target);
    await waitFor(() => expect(watching.deliveryChanges).toHaveLength(1));
    expect(page.deliveryChanges).toEqual([]);
  });
});
