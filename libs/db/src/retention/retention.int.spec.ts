import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import type { Actor } from '../account/actor.js';
import { newId } from '../new-id.js';
import { RetentionDeletion } from './retention-deletion.js';
import { RetentionPolicyRepository } from './retention-policy-repository.js';
import { RetentionRepository } from './retention-repository.js';
import { RetentionSchedule } from './retention-schedule.js';

const actor: Actor = { kind: 'person', id: 'ada', name: 'Ada', ip: null };
const defaults = { buildDays: 400, logDays: 90, deliveryDays: 30, graceDays: 7 };
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const page = { after: null, limit: 50 };

describe('retention', () => {
  let world: World;
  let retention: RetentionRepository;
  let schedule: RetentionSchedule;
  let deletion: RetentionDeletion;
  let organizationId: string;
  let projectId: string;
  beforeAll(async () => {
    world = await World.open();
    retention = new RetentionRepository(world.db);
    schedule = new RetentionSchedule(world.db);
    deletion = new RetentionDeletion(world.db);
  });
  beforeEach(async () => {
    await world.reset();
    organizationId = await world.organization();
    projectId = await world.project(organizationId);
  });
  afterAll(() => world.close());

  /** A build that ended so many days ago, with a log of one chunk. */
  async function ended(days: number, status = 'failed', change: object = {}): Promise<string> {
    const { id } = await world.build(projectId);
    await world.db.prisma.build.update({ where: { id }, data: { status, finishedAt: daysAgo(days), ...change } });
    const log = { logNextN: 1n, logLines: 1n, logBytes: 4n, logComplete: true };
    const attempt = await world.db.prisma.attempt.create({
      data: { id: newId(), buildId: id, number: 1, state: 'failed', ...log },
    });
    await world.db.prisma.logChunk.create({
      data: {
        ...{ attemptId: attempt.id, firstN: 0n, lastN: 0n, epoch: 1, firstAtMs: 0n, firstLine: 0n, lines: 1 },
        ...{ firstTextByte: 0n, textBytes: 4, entriesBytes: 4, payload: Buffer.from('text') },
      },
    });
    return id;
  }
  async function delivered(days: number, status = 'evaluated'): Promise<string> {
    const id = newId();
    const facts = { forge: 'github', deliveryKey: id, eventName: 'push', proof: 'hmac', headers: {} };
    const body = Buffer.from('{}');
    await world.db.prisma.delivery.create({
      data: { ...{ id, projectId, ...facts, status, body }, receivedAt: daysAgo(days) },
    });
    return id;
  }
  const open = async () => (await retention.list(organizationId, ['scheduled', 'deleting'], page)).items;
  const scheduled = async () => (await open()).map(({ kind, subject }) => `${kind} ${subject}`).toSorted();
  /** All of what is scheduled is due now. */
  async function runDue(): Promise<void> {
    await world.db.prisma.retentionCandidate.updateMany({ data: { deleteAfter: daysAgo(0) } });
    for (const each of await deletion.begin(projectId, 100)) await deletion.delete(each);
  }

  it('R-M3 schedules what is older than the policy says, and nothing that is referenced', async () => {
    const old = await ended(500);
    const young = await ended(50);
    const middle = await ended(100);
    const lastGood = await ended(500, 'succeeded');
    const withImage = await ended(500, 'failed', { digest: `sha256:${'1'.repeat(64)}` });
    await world.db.prisma.image.create({
      data: { ...{ id: newId(), projectId, digest: `sha256:${'1'.repeat(64)}` }, mediaType: 'm', sizeBytes: 1n },
    });
    const first = await delivered(40);
    await delivered(35, 'received');
    await delivered(40);
    expect(await schedule.scheduleOlder(defaults)).toBe(5);
    const expected = [`build ${old}`, `log ${old}`, `log ${middle}`, `log ${withImage}`, `delivery ${first}`];
    const found = await scheduled();
    for (const each of expected) expect(found).toContain(each);
    for (const kept of [young, lastGood]) expect(found.join()).not.toContain(kept);
    expect(found).not.toContain(`build ${withImage}`);
    // A second run selects nothing twice.
    expect(await schedule.scheduleOlder(defaults)).toBe(0);
  });

  it('R9-B6 selects logs by age without reading their parts', async () => {
    await ended(100);
    await ended(100);
    const locked = 'LOCK TABLE log_chunk IN ACCESS EXCLUSIVE MODE';
    expect(await world.whileHeld(locked, () => schedule.scheduleOlder(defaults))).toBe(2);
    expect((await open()).map(({ kind, bytes }) => [kind, bytes])).toEqual(Array(2).fill(['log', 4]));
  });

  it('looks at a bounded part of a table in a run, and goes on where the last one ended', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 50; at++) ids.push(await delivered(40));
    await delivered(1);
    const small = new RetentionSchedule(world.db, 2);
    // Twenty windows of two rows; the newest delivery of all stays.
    expect(await small.scheduleOlder(defaults)).toBe(40);
    expect(await small.scheduleOlder(defaults)).toBe(10);
    expect(await small.scheduleOlder(defaults)).toBe(0);
    expect(await scheduled()).toEqual(ids.map((id) => `delivery ${id}`).toSorted());
  });

  it('goes on with other selections when one fails', async () => {
    await ended(500);
    const failed: string[] = [];
    // PostgreSQL has no such interval.
    const broken = { ...defaults, buildDays: 1e300 };
    await schedule.scheduleOlder(broken, (_error, id) => failed.push(id));
    expect(failed).toEqual([organizationId]);
    expect((await open()).map(({ kind }) => kind)).toEqual(['log']);
  });

  it('deletes what is due, and keeps the build of a deleted log', async () => {
    const old = await ended(500);
    const middle = await ended(100);
    const first = await delivered(40);
    await delivered(1);
    await schedule.scheduleOlder(defaults);
    expect(await deletion.begin(projectId, 100)).toEqual([]);
    await runDue();
    expect(await world.db.prisma.build.findMany({ select: { id: true } })).toEqual([{ id: middle }]);
    expect(await world.db.prisma.attempt.findFirst({ where: { buildId: middle } })).toMatchObject({
      ...{ logNextN: 0n, logLines: 0n, logComplete: true, logDeletedAt: expect.any(Date) },
    });
    expect(await world.db.prisma.logChunk.count()).toBe(0);
    expect(await world.db.prisma.delivery.findUnique({ where: { id: first } })).toBeNull();
    expect(await world.db.prisma.delivery.count()).toBe(1);
    const { items } = await retention.list(organizationId, ['deleted'], page);
    expect(items.map(({ kind }) => kind).toSorted()).toEqual(['build', 'delivery', 'log', 'log']);
    expect(await world.db.prisma.build.findUnique({ where: { id: old } })).toBeNull();
  });

  it('does not delete what was given a reference after it was scheduled', async () => {
    const build = await ended(500);
    await schedule.scheduleOlder(defaults);
    const tag = { projectId, tag: 'main', digest: `sha256:${'2'.repeat(64)}`, sequence: 1n, buildNumber: 1 };
    await world.db.prisma.imageTag.create({ data: { ...tag, buildId: build } });
    await runDue();
    expect(await world.db.prisma.build.count()).toBe(1);
    expect((await open()).filter(({ kind }) => kind === 'build')).toEqual([]);
  });

  it('keeps for good what a person undid, and refuses to undo what has begun', async () => {
    const build = await ended(500);
    await schedule.scheduleOlder({ ...defaults, logDays: 0 });
    const [found] = await open();
    expect(await retention.undo(await world.organization(), found!.id, actor)).toBeNull();
    expect(await retention.undo(organizationId, found!.id, actor)).toMatchObject({ state: 'kept', subject: build });
    await runDue();
    expect(await schedule.scheduleOlder({ ...defaults, logDays: 0 })).toBe(0);
    expect(await world.db.prisma.build.count()).toBe(1);
    await world.db.prisma.retentionCandidate.updateMany({ data: { state: 'deleting' } });
    expect(await retention.undo(organizationId, found!.id, actor)).toBe('too_late');
  });

  it('R4-P8 puts off what could not be deleted, with a reason until it is tried again', async () => {
    const build = await ended(500);
    await schedule.scheduleOlder({ ...defaults, logDays: 0 });
    await world.db.prisma.retentionCandidate.updateMany({ data: { deleteAfter: daysAgo(0) } });
    const [begun] = await deletion.begin(projectId, 100);
    const until = new Date(Date.now() + 3_600_000);
    await deletion.putOff([begun!.id], 'it could not be deleted: x', until);
    expect(await open()).toEqual([
      expect.objectContaining({
        subject: build,
        state: 'deleting',
        message: 'it could not be deleted: x',
        deleteAfter: until,
      }),
    ]);
    await schedule.enqueueDue();
    expect(await world.db.prisma.outbox.count({ where: { topic: 'retention' } })).toBe(0);
    await runDue();
    expect(await world.db.prisma.build.count()).toBe(0);
    const { items } = await retention.list(organizationId, ['deleted'], page);
    expect(items).toEqual([expect.objectContaining({ subject: build, message: null })]);
  });

  it('R4-P8 puts off all that is due of a project, and nothing of others', async () => {
    await ended(500);
    await delivered(40);
    await delivered(1);
    await schedule.scheduleOlder({ ...defaults, logDays: 0 });
    await world.db.prisma.retentionCandidate.updateMany({
      where: { kind: 'build' },
      data: { deleteAfter: daysAgo(0) },
    });
    await deletion.putOffAll(await world.project(organizationId), 'x', daysAgo(-1));
    expect((await open()).map(({ message }) => message)).toEqual([null, null]);
    await deletion.putOffAll(projectId, 'x', daysAgo(-1));
    expect((await open()).map(({ kind, message }) => [kind, message]).toSorted()).toEqual([
      ['build', 'x'],
      ['delivery', null],
    ]);
    expect(await deletion.begin(projectId, 100)).toEqual([]);
  });

  it('counts in a dry run what the run would schedule, and changes nothing', async () => {
    await ended(500);
    await ended(100);
    await delivered(40);
    await delivered(40);
    const previews = await retention.preview(organizationId, defaults);
    expect(previews.map(({ kind, count, bytes }) => [kind, count, bytes])).toEqual([
      ['build', 1, 4],
      ['log', 2, 8],
      ['delivery', 1, 2 + '{}'.length + 1_024],
    ]);
    expect(previews[0]!.items).toHaveLength(1);
    expect(await retention.preview(organizationId, { ...defaults, buildDays: 0, logDays: 0 })).toHaveLength(1);
    expect(await open()).toEqual([]);
  });

  it('takes the values of the organization before those of the installation', async () => {
    await ended(100);
    const policies = new RetentionPolicyRepository(world.db);
    const override = { buildDays: 50, logDays: 0, deliveryDays: null, graceDays: 0 };
    expect(await policies.set(organizationId, override, actor)).toBe(true);
    expect(await policies.get(organizationId)).toEqual(override);
    expect(await schedule.scheduleOlder(defaults)).toBe(1);
    expect(await deletion.begin(projectId, 10)).toHaveLength(1);
  });

  it('enqueues one deletion for each project that has something due', async () => {
    await ended(500);
    await schedule.scheduleOlder({ ...defaults, graceDays: 0 });
    await schedule.enqueueDue();
    await schedule.enqueueDue();
    const items = await world.db.prisma.outbox.findMany({ select: { topic: true, groupId: true } });
    expect(items).toEqual([{ topic: 'retention', groupId: projectId }]);
  });
});
