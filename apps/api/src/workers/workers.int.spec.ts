import { randomUUID } from 'node:crypto';
import type { Page, QueueView, WorkerView } from '@cooperage/contracts';
import { ProcessRepository } from '@cooperage/db';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let rival: Visitor;
let acme: string;
let target: TestProject;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
  rival = (await world.stranger(owner)).visitor;
  target = await world.project(owner, acme);
});
beforeEach(async () => {
  await rowsOf(world, "UPDATE process_instance SET ended_at = now() - interval '2 days', end_reason = 'exited'");
});
afterAll(() => world.close());

const workers = async (visitor = owner) => expectOk(await visitor.get<Page<WorkerView>>('/api/v1/workers')).items;
const workerOf = async (id: string, visitor = owner) => (await workers(visitor)).find((worker) => worker.id === id)!;
const queue = async (visitor = owner) => expectOk(await visitor.get<QueueView>('/api/v1/queue'));

describe('a drain', () => {
  it('is an administrator’s to ask for, shown at once, kept by name, and audited once', async () => {
    const name = randomUUID();
    const { instanceId } = await TestWorker.start(world, name);
    const audited = async () =>
      (await rowsOf(world, 'SELECT action FROM audit_entry WHERE subject_id = $1 ORDER BY id', [name])).map(
        ({ action }) => action,
      );
    expect((await workerOf(instanceId)).state).toBe('idle');
    const drained = expectOk(await owner.post<WorkerView>(`/api/v1/workers/${instanceId}/drain`), 201);
    expect(drained).toMatchObject({ state: 'draining', drain: { requestedBy: 'Olga Owner' } });
    expectOk(await owner.post(`/api/v1/workers/${instanceId}/drain`), 201);
    const again = await TestWorker.start(world, name);
    expect((await workerOf(again.instanceId)).state).toBe('draining');
    expect(expectOk(await owner.post<WorkerView>(`/api/v1/workers/${again.instanceId}/resume`), 201).state).toBe(
      'idle',
    );
    expect(await audited()).toEqual(['worker.drain', 'worker.resume']);
  });

  it('S-066 is refused to anybody else, and to what is no builder', async () => {
    const { instanceId } = await TestWorker.start(world, randomUUID());
    const member = await world.member(owner, acme, 'admin');
    for (const visitor of [rival, member]) {
      const answer = await visitor.post(`/api/v1/workers/${instanceId}/drain`);
      expect([answer.status, problemOf(answer).code]).toEqual([403, 'forbidden']);
    }
    const control = await new ProcessRepository(world.database).start('control', 'control', {});
    expect((await owner.post(`/api/v1/workers/${control}/drain`)).status).toBe(409);
    expect((await owner.post(`/api/v1/workers/${randomUUID()}/drain`)).status).toBe(404);
  });
});

describe('what a worker says of itself', () => {
  it('is shown: version, disk, memory, and what its engine keeps', async () => {
    const [oldestUse, measuredAt] = ['2026-11-01T00:00:00.000Z', '2026-11-29T00:00:00.000Z'];
    const engineStore = { bytes: 9, records: 3, mountBytes: 4, mounts: 1, oldestUse, measuredAt };
    const info = {
      slots: 2,
      version: '1.2.3',
      diskFreeBytes: 5,
      diskTotalBytes: 10,
      memoryFreeBytes: 1,
      memoryTotalBytes: 4,
      engineStore,
    };
    const id = await new ProcessRepository(world.database).start('builder', 'b', info);
    expect(await workerOf(id)).toMatchObject({
      version: '1.2.3',
      disk: { freeBytes: 5, totalBytes: 10 },
      memory: { freeBytes: 1, totalBytes: 4 },
      store: engineStore,
    });
  });

  it('once it is lost, tells what became of its build, to nobody of another tenant', async () => {
    const worker = await TestWorker.start(world, randomUUID());
    const build = await world.build(target);
    await worker.claim(build);
    await rowsOf(world, "UPDATE process_instance SET ended_at = now(), end_reason = 'silent' WHERE id = $1", [
      worker.instanceId,
    ]);
    await rowsOf(world, "UPDATE attempt SET state = 'lost' WHERE build_id = $1", [build.id]);
    const lost = await workerOf(worker.instanceId);
    expect(lost).toMatchObject({ state: 'lost', lostBuilds: [{ id: build.id, number: build.number, attempt: 1 }] });
    expect((await workerOf(worker.instanceId, rival)).lostBuilds).toEqual([]);
  });
});

describe('the queue', () => {
  it('names what waits by project, and why nothing is picked up', async () => {
    const waiting = await world.project(owner, acme);
    await world.build(waiting);
    await rowsOf(world, "UPDATE build SET queued_at = now() - interval '1 minute' WHERE project_id = $1", [
      waiting.project.id,
    ]);
    const view = await queue();
    expect(view.projects.find(({ projectId }) => projectId === waiting.project.id)).toMatchObject({
      ...{ waiting: 1, held: 0, share: 0, projectSlug: waiting.project.slug },
    });
    expect(view.diagnosis?.reason).toBe('no_control');
    await new ProcessRepository(world.database).start('control', 'control', {});
    expect((await queue()).diagnosis?.reason).toBe('no_builder');
    await TestWorker.start(world, randomUUID());
    expect((await queue()).diagnosis?.reason).toBe('not_taken');
  });

  it('says of each waiting build its turn among all and why it waits, and of each pool when a slot is free', async () => {
    const rivals = await world.project(rival, await organizationOf(rival));
    const theirs = await world.build(rivals);
    const ours = [await world.build(target), await world.build(target)];
    await new ProcessRepository(world.database).start('control', 'control', { organizationsTrustEachOther: true });
    await rowsOf(world, "UPDATE build SET wait_reason = 'no_free_slot' WHERE id = $1", [ours[0]!.id]);
    const { waitingBuilds, pools } = await queue();
    const turnOf = (id: string) => waitingBuilds.find((each) => each.id === id);
    expect(turnOf(ours[0]!.id)).toMatchObject({ pool: 'trusted', reason: 'no_free_slot', number: ours[0]!.number });
    expect(turnOf(ours[1]!.id)!.position).toBeGreaterThan(turnOf(ours[0]!.id)!.position);
    expect(turnOf(theirs.id)).toBeUndefined();
    // Organizations take turns, so it begins before the second one of ours.
    const [seen] = (await queue(rival)).waitingBuilds;
    expect(seen).toMatchObject({ id: theirs.id });
    expect(seen!.position).toBeLessThan(turnOf(ours[1]!.id)!.position);
    expect(pools.map(({ pool }) => pool)).toEqual(['trusted', 'strangers']);
    expect(pools[0]).toMatchObject({ tenants: 2, freeWithinMs: null });
  });

  it('S-065 holds nothing of another tenant', async () => {
    const view = await queue(await world.member(rival, await organizationOf(rival), 'viewer'));
    expect(view.projects.filter(({ organizationSlug }) => organizationSlug !== 'rival')).toEqual([]);
    expect(view.waitingBuilds.filter(({ organizationSlug }) => organizationSlug !== 'rival')).toEqual([]);
  });
});
