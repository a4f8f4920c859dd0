import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import type { BuildRecord } from '../build/build-record.js';
import { BuildRepository, newId, PublishRepository, QuotaRepository, StagingRepository } from '../index.js';
import { TenureRepository } from '../lease/tenure-repository.js';
import { RetentionDeletion } from './retention-deletion.js';
import { RetentionRepository } from './retention-repository.js';
import { RetentionSchedule } from './retention-schedule.js';
import { StagedDeletion } from './staged-deletion.js';

const digest = () => `sha256:${randomBytes(32).toString('hex')}`;
const lookAt = new Date(Date.now() + 3_600_000);

describe('what builds stage', () => {
  let world: World;
  let staging: StagingRepository;
  let deletion: StagedDeletion;
  let quotas: QuotaRepository;
  let organizationId: string;
  let projectId: string;
  let builder: string;
  beforeAll(async () => {
    world = await World.open();
    staging = new StagingRepository(world.db);
    deletion = new StagedDeletion(world.db);
    quotas = new QuotaRepository(world.db);
  });
  beforeEach(async () => {
    await world.reset();
    organizationId = await world.organization();
    projectId = await world.project(organizationId);
    builder = await world.builder();
  });
  afterAll(() => world.close());

  const counted = async () => {
    const { imageBytes, stagedBytes } = await quotas.usage(organizationId);
    return [imageBytes, stagedBytes];
  };
  const base = { digest: digest(), bytes: 1_000 };
  const note = (build: BuildRecord, blobs: { digest: string; bytes: number }[], change: object = {}) =>
    staging.note(build.id, { digest: digest(), blobs, isPushed: false, ...change });
  const limit = (imageBytes: number) =>
    world.db.prisma.quota.upsert({
      ...{ where: { scope: organizationId }, create: { scope: organizationId, imageBytes }, update: { imageBytes } },
    });
  /** As if all builds had ended an hour ago, without an image. */
  const ended = async () => {
    await world.db.prisma.build.updateMany({ data: { status: 'failed', finishedAt: new Date() } });
    await world.db.prisma.stagedImage.updateMany({ data: { notedAt: new Date(Date.now() - 3_600_000) } });
  };
  const due = () => world.db.prisma.retentionCandidate.updateMany({ data: { deleteAfter: new Date(0) } });

  it('R2-H-3 counts for its organization before it is pushed, each blob once in a zone of a project', async () => {
    const build = await world.build(projectId);
    expect(await note(build, [base, { digest: digest(), bytes: 10 }])).toMatchObject({ state: 'staged' });
    expect(await counted()).toEqual([1_010, 1_010]);
    await note(build, [base, { digest: digest(), bytes: 20 }]);
    expect(await counted()).toEqual([1_030, 1_030]);
    // The same again, by the next attempt: also where the engine does not say what it consists of.
    const again = { digest: digest() };
    await note(build, [{ digest: digest(), bytes: 5 }], again);
    await note(build, [], { ...again, isPushed: true });
    expect(await counted()).toEqual([1_035, 1_035]);
    await world.db.prisma.project.delete({ where: { id: projectId } });
    expect(await counted()).toEqual([0, 0]);
  });

  it('R2-H-3 is refused before the push where the whole image does not fit beside what is staged already', async () => {
    const build = await world.build(projectId);
    await limit(2_500);
    await note(build, [base]);
    await note(build, [{ digest: digest(), bytes: 1_000 }]);
    const large = [{ digest: digest(), bytes: 501 }];
    expect(await note(build, large)).toEqual({ state: 'full', usedBytes: 2_501, quotaBytes: 2_500 });
    expect(await counted()).toEqual([2_000, 2_000]);
    // What was pushed without a question is counted all the same.
    expect(await note(build, large, { isPushed: true })).toMatchObject({ state: 'staged' });
    expect(await counted()).toEqual([2_501, 2_501]);
    expect(await quotas.imageBytesBeside(organizationId, projectId, digest())).toBe(2_501);
  });

  it('R2-H-3 counts as an image, and as nothing else, once it is published', async () => {
    const attempt = await world.claimed(projectId, builder);
    const image = digest();
    await note(attempt.build, [base], { digest: image });
    expect(await quotas.imageBytesBeside(organizationId, projectId, image)).toBe(0);
    const facts = { mediaType: 'm', sizeBytes: 1, baseImages: [], stepsTotal: 1, stepsCached: 0, warnings: [] };
    await world.attempts.built(attempt, builder, { digest: image, ...facts, exportCache: false });
    const control = await world.processes.start('control', 'c', {});
    const tenure = await new TenureRepository(world.db).acquire(projectId, control, 30_000);
    if (!tenure.ok) throw new Error('no tenure');
    const build = (await new BuildRepository(world.db).find(attempt.build.id))!;
    // The builder of a fork has pushed the same, and holds its row (R17C-3).
    const fork = await world.build(projectId, { zone: 'fork' });
    await note(fork, [base], { digest: image });
    await world.db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM staged_image WHERE zone = 'fork' FOR UPDATE`;
      const passed = await new PublishRepository(world.db).passGate(build, tenure.tenure, {
        ...{ platforms: [], totalBytes: 1_234 },
      });
      expect(passed.ok).toBe(true);
    });
    expect(await counted()).toEqual([2_234, 1_000]);
    await deletion.schedule();
    expect(await counted()).toEqual([1_234, 0]);
    // A later build that makes the same bytes adds nothing.
    await note(build, [base], { digest: image });
    expect(await counted()).toEqual([1_234, 0]);
  });

  it('R2-H-3 is deleted when its build has ended without an image, not before, and with its reason', async () => {
    const build = await world.build(projectId);
    await note(build, [base]);
    await world.db.prisma.stagedImage.updateMany({ data: { notedAt: new Date(0) } });
    expect(await deletion.schedule()).toBe(0);
    await ended();
    expect(await deletion.schedule()).toBe(1);
    expect(await deletion.schedule()).toBe(0);
    const { items } = await new RetentionRepository(world.db).list(organizationId, ['scheduled'], {
      ...{ after: null, limit: 10 },
    });
    expect(items).toMatchObject([{ kind: 'staged', reason: 'unpublished', label: `#${build.number}`, bytes: 1_000 }]);
    expect(await deletion.begin(projectId, 10)).toEqual([]);
    await due();
    const [begun] = await deletion.begin(projectId, 10);
    expect(begun).toMatchObject({ blobs: [base], zone: build.zone });
    // After a crash it is begun once more.
    expect(await deletion.begin(projectId, 10)).toEqual([begun]);
    await deletion.end(begun!, { blobs: [], lookAt });
    expect(await counted()).toEqual([0, 0]);
    expect(await world.db.prisma.stagedImage.count()).toBe(0);
    expect(await world.db.prisma.retentionCandidate.findFirst()).toMatchObject({ state: 'deleted' });
  });

  it('R2-H-3 stays when a build makes it again: one that is open keeps it, and none pushes what is being deleted', async () => {
    const same = { digest: digest() };
    await note(await world.build(projectId), [base], same);
    await ended();
    await deletion.schedule();
    await due();
    const open = await world.build(projectId);
    await note(open, [base], same);
    expect(await deletion.begin(projectId, 10)).toEqual([]);
    expect(await world.db.prisma.retentionCandidate.count()).toBe(0);
    await ended();
    await deletion.schedule();
    await due();
    const [begun] = await deletion.begin(projectId, 10);
    const next = await world.build(projectId);
    expect(await note(next, [base], same)).toMatchObject({ state: 'deleting' });
    await deletion.end(begun!, { blobs: [base], lookAt });
    expect(await note(next, [base], same)).toMatchObject({ state: 'staged' });
    expect(await counted()).toEqual([1_000, 1_000]);
  });

  it('R2-H-3 counts until the registry has given it up, and no longer', async () => {
    await note(await world.build(projectId), [base, { digest: digest(), bytes: 10 }]);
    await note(await world.build(projectId), [base, { digest: digest(), bytes: 20 }]);
    await ended();
    await deletion.schedule();
    await due();
    const both = await deletion.begin(projectId, 10);
    for (const each of both) {
      const own = each.blobs.filter((blob) => blob.digest !== base.digest);
      await deletion.end(each, { blobs: [base, ...own], lookAt: new Date(0) });
    }
    expect(await counted()).toEqual([1_030, 1_030]);
    await new RetentionSchedule(world.db).enqueueDue();
    expect(await world.db.prisma.outbox.findMany({ select: { topic: true, subjectId: true } })).toEqual([
      { topic: 'retention', subjectId: projectId },
    ]);
    expect(await deletion.hasDue(projectId)).toBe(true);
    for (const each of await deletion.toLookAt(projectId, 10)) await deletion.looked(each, { blobs: [base], lookAt });
    expect(await counted()).toEqual([1_000, 1_000]);
    expect(await deletion.hasDue(projectId)).toBe(false);
    await world.db.prisma.stagedImage.updateMany({ data: { lookAt: new Date(0) } });
    for (const each of await deletion.toLookAt(projectId, 10)) await deletion.looked(each, { blobs: [], lookAt });
    expect([await counted(), await world.db.prisma.stagedImage.count()]).toEqual([[0, 0], 0]);
  });

  it('R4-P8 can be pushed again while its deletion is put off, and is asked for later where all of a project is', async () => {
    const same = { digest: digest() };
    await note(await world.build(projectId), [base], same);
    await note(await world.build(projectId), [{ digest: digest(), bytes: 10 }]);
    await ended();
    await deletion.schedule();
    await due();
    const [first, second] = await deletion.begin(projectId, 10);
    const retention = new RetentionDeletion(world.db);
    await retention.putOff([first!.candidateId], 'x', new Date(Date.now() + 3_600_000));
    expect(await note(await world.build(projectId), [base], same)).toMatchObject({ state: 'staged' });
    expect((await deletion.begin(projectId, 10)).map(({ id }) => id)).toEqual([second!.id]);
    await deletion.end(second!, { blobs: [{ digest: digest(), bytes: 10 }], lookAt: new Date(0) });
    const [look] = await deletion.toLookAt(projectId, 10);
    await deletion.lookLater(look!.id, lookAt);
    expect(await deletion.hasDue(projectId)).toBe(false);
    await world.db.prisma.stagedImage.updateMany({ data: { lookAt: new Date(0) } });
    await due();
    expect(await deletion.hasDue(projectId)).toBe(true);
    await retention.putOffAll(projectId, 'x', lookAt);
    expect(await deletion.hasDue(projectId)).toBe(false);
    // The open build has it now, so it is not to be deleted any more.
    await due();
    expect(await deletion.begin(projectId, 10)).toEqual([]);
  });

  it('R4-P8 puts off all of a project in portions, with what was staged of each', async () => {
    for (let at = 0; at < 5; at++) await note(await world.build(projectId), [{ digest: digest(), bytes: 10 }]);
    const other = await world.project(organizationId);
    await note(await world.build(other), [base]);
    await ended();
    await deletion.schedule();
    await due();
    await deletion.begin(projectId, 4);
    await deletion.begin(other, 10);
    let statements = 0;
    const { prisma } = world.db;
    const counting = prisma.$extends({
      query: {
        $queryRaw: ({ args, query }) => {
          statements += 1;
          return query(args);
        },
      },
    });
    const db = Object.assign(Object.create(world.db), { prisma: counting });
    await new RetentionDeletion(db, 2).putOffAll(projectId, 'x', lookAt);
    // The last one finds nothing more.
    expect(statements).toBe(4);
    const of = (id: string) => ({ where: { projectId: id }, distinct: ['state' as const], select: { state: true } });
    expect(await prisma.stagedImage.findMany(of(projectId))).toEqual([{ state: 'staged' }]);
    expect(await prisma.stagedImage.findMany(of(other))).toEqual([{ state: 'deleting' }]);
    const put = await prisma.retentionCandidate.findMany({ where: { projectId } });
    expect(put.map(({ message, deleteAfter }) => [message, deleteAfter])).toEqual(new Array(5).fill(['x', lookAt]));
    expect(await prisma.retentionCandidate.count({ where: { projectId: other, message: null } })).toBe(1);
  });

  it('R2-H-3 takes no more than an image has, and few images of one build', async () => {
    const build = await world.build(projectId);
    const refused = /may not stage/;
    await expect(note(build, [{ digest: 'sha256:1', bytes: 1 }])).rejects.toThrow(refused);
    await expect(note(build, [{ digest: digest(), bytes: 2 ** 41 }])).rejects.toThrow(refused);
    await expect(staging.note(newId(), { digest: digest(), blobs: [], isPushed: true })).rejects.toThrow(refused);
    for (let at = 0; at < 100; at++) await note(build, [base]);
    await expect(note(build, [base])).rejects.toThrow(refused);
  });

  it('R18C-1 begins nothing that a builder holds, and comes back to it, in whatever state it is', async () => {
    const build = await world.build(projectId);
    await note(build, [base]);
    await ended();
    await deletion.schedule();
    const held = async () => {
      await due();
      return world.db.transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM staged_image FOR UPDATE`;
        return deletion.begin(projectId, 10);
      });
    };
    expect(await held()).toEqual([]);
    expect(await deletion.begin(projectId, 10)).toEqual([]);
    await due();
    expect(await deletion.begin(projectId, 10)).toHaveLength(1);
    expect(await held()).toEqual([]);
    await due();
    const [begun] = await deletion.begin(projectId, 10);
    await deletion.end(begun!, { blobs: [], lookAt });
    expect(await counted()).toEqual([0, 0]);
  });

  it('R17B-2 takes no image without blobs before its push', async () => {
    const build = await world.build(projectId);
    await expect(note(build, [])).rejects.toThrow(/may not stage/);
    expect(await note(build, [], { isPushed: true })).toMatchObject({ state: 'staged' });
  });

  const many = (count: number) => Array.from({ length: count }, () => ({ digest: digest(), bytes: 1 }));
  /** The quickest of three, in milliseconds. */
  const quickest = async (work: () => Promise<unknown>) => {
    const times: number[] = [];
    for (let at = 0; at < 3; at++) {
      const sinceMs = performance.now();
      await work();
      times.push(performance.now() - sinceMs);
    }
    return Math.min(...times);
  };

  it('R4-F1 takes about as long for an image of many blobs as for one of few, beside many that are staged', async () => {
    const build = await world.build(projectId);
    await note(build, many(1));
    const { id: _, digest: __, ...one } = await world.db.prisma.stagedImage.findFirstOrThrow();
    const rows = Array.from({ length: 60 }, () => {
      const blobs = many(500);
      const blobDigests = blobs.map((blob) => blob.digest);
      return { ...one, id: newId(), digest: digest(), blobDigests, blobBytes: blobDigests.map(() => 1n) };
    });
    await world.db.prisma.stagedImage.createMany({ data: rows });
    const few = await quickest(() => note(build, many(1)));
    expect(await quickest(() => note(build, many(500)))).toBeLessThan(10 * few);
    // The same question, when the registry was asked what is left.
    await world.db.prisma.stagedImage.updateMany({ data: { state: 'deleted', lookAt: new Date(0) } });
    const [left] = await deletion.toLookAt(projectId, 1);
    const fewLeft = await quickest(() => deletion.looked(left!, { blobs: many(1), lookAt }));
    expect(await quickest(() => deletion.looked(left!, { blobs: many(500), lookAt }))).toBeLessThan(10 * fewLeft);
  });

  it('R4-F1 takes no more blobs before a push than can be published, and counts what is pushed', async () => {
    const build = await world.build(projectId);
    await expect(note(build, many(502))).rejects.toThrow(/may not stage/);
    expect(await note(build, many(501))).toMatchObject({ state: 'staged' });
    await note(build, many(502), { isPushed: true });
    expect(await counted()).toEqual([1_003, 1_003]);
    // A blob that stands twice in one manifest is one blob.
    await note(build, [base, base]);
    expect(await counted()).toEqual([2_003, 2_003]);
  });
});
