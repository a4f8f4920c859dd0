import { randomBytes, randomUUID } from 'node:crypto';
import type { Digest } from '@cooperage/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import type { BuildRecord } from '../build/build-record.js';
import {
  BuildRepository,
  MountedRepository,
  ProjectRemoval,
  PublishRepository,
  QuotaRepository,
  StagingRepository,
} from '../index.js';
import { type Tenure, TenureRepository } from '../lease/tenure-repository.js';
import { MountedDeletion } from './mounted-deletion.js';
import { RetentionDeletion } from './retention-deletion.js';
import { RetentionSchedule } from './retention-schedule.js';
import { StagedDeletion } from './staged-deletion.js';

const digest = () => `sha256:${randomBytes(32).toString('hex')}` as Digest;

describe('what is mounted before the gate', () => {
  let world: World;
  let mounted: MountedRepository;
  let deletion: MountedDeletion;
  let organizationId: string;
  let projectId: string;
  let tenure: Tenure;
  beforeAll(async () => {
    world = await World.open();
    mounted = new MountedRepository(world.db);
    deletion = new MountedDeletion(world.db);
  });
  beforeEach(async () => {
    await world.reset();
    organizationId = await world.organization();
    projectId = await world.project(organizationId);
    const control = await world.processes.start('control', 'c', {});
    const outcome = await new TenureRepository(world.db).acquire(projectId, control, 30_000);
    if (!outcome.ok) throw new Error('no tenure');
    tenure = outcome.tenure;
  });
  afterAll(() => world.close());

  /** A build that control publishes, and that has staged so many bytes. */
  const built = async (stagedBytes = 0): Promise<BuildRecord & { digest: Digest }> => {
    const builder = await world.builder();
    const attempt = await world.claimed(projectId, builder);
    const image = digest();
    if (stagedBytes > 0) {
      const blobs = [{ digest: digest(), bytes: stagedBytes }];
      await new StagingRepository(world.db).note(attempt.build.id, { digest: image, blobs, isPushed: false });
    }
    const facts = { mediaType: 'm', sizeBytes: 1, baseImages: [], stepsTotal: 1, stepsCached: 0, warnings: [] };
    await world.attempts.built(attempt, builder, { digest: image, ...facts, exportCache: false });
    return (await new BuildRepository(world.db).find(attempt.build.id)) as BuildRecord & { digest: Digest };
  };
  const note = (build: BuildRecord, manifests = [build.digest as Digest], bytes = 1_000) =>
    mounted.note(build, tenure, { manifests, bytes });
  const notes = () =>
    world.db.prisma.mountedImage.findMany({
      ...{ orderBy: { bytes: 'asc' as const }, select: { digest: true, buildId: true, manifests: true, bytes: true } },
    });
  const usage = () => new QuotaRepository(world.db).usage(organizationId);
  const counted = async () => {
    const { imageBytes, stagedBytes } = await usage();
    return [imageBytes, stagedBytes];
  };
  const cancel = (build: BuildRecord) => new BuildRepository(world.db).requestCancel(build.id, 'ada');
  const due = () => world.db.prisma.mountedImage.updateMany({ data: { lookAt: new Date(0) } });
  const begin = (image: string) => deletion.begin(projectId, image);

  it('R21C-5 counts as an image would, beside what is staged of it, until it is one', async () => {
    const build = await built(900);
    expect(await counted()).toEqual([900, 900]);
    await note(build);
    expect(await counted()).toEqual([1_000, 1_000]);
    const quotas = new QuotaRepository(world.db);
    expect(await quotas.imageBytesBeside(organizationId, projectId, build.digest)).toBe(0);
    const passed = await new PublishRepository(world.db).passGate(build, tenure, { platforms: [], totalBytes: 1_000 });
    expect([passed.ok, await counted(), await notes()]).toEqual([true, [1_000, 0], []]);
  });

  it('R21C-5 is gone with its project, by its row and by that of the project', async () => {
    await note(await built());
    await note(await built());
    expect(await counted()).toEqual([2_000, 2_000]);
    expect((await new ProjectRemoval(world.db).mounted(projectId)).toSorted()).toEqual(
      (await notes()).map((each) => each.digest).toSorted(),
    );
    await world.db.prisma.project.delete({ where: { id: projectId } });
    expect([await counted(), await notes()]).toEqual([[0, 0], []]);
  });

  it('R21C-5 R21D-1 is noted only where the repository does not hold it and no image has it', async () => {
    const build = await built();
    // A builder has named what stands there already, as a signature does.
    await note(build, []);
    expect(await notes()).toEqual([]);
    await new PublishRepository(world.db).passGate(build, tenure, { platforms: [] });
    await note(build);
    expect(await notes()).toEqual([]);
  });

  it('R21C-5 is noted under the tenure alone', async () => {
    const build = await built();
    await world.db.prisma.publisherTenure.updateMany({ data: { leaseUntil: new Date(0) } });
    await expect(note(build)).rejects.toThrow('the publisher tenure is over');
    expect(await notes()).toEqual([]);
  });

  it('R21C-5 keeps its note at a second try, which finds it in the repository', async () => {
    const build = await built();
    const child = digest();
    await note(build, [child, build.digest]);
    await due();
    await note(build, [], 5_000);
    const [kept, ...others] = await notes();
    expect(kept).toMatchObject({ manifests: [child, build.digest], bytes: 1_000n });
    expect([others, await deletion.due(projectId)]).toEqual([[], []]);
  });

  it('R21C-5 stays while a build can publish it, and is due once none can', async () => {
    const build = await built();
    await note(build);
    expect([await deletion.due(projectId), await begin(build.digest)]).toEqual([[], null]);
    await due();
    expect(await begin(build.digest)).toBeNull();
    expect(await deletion.due(projectId)).toEqual([]);
    await cancel(build);
    await due();
    const other = await built();
    await world.db.prisma.build.update({ where: { id: other.id }, data: { digest: build.digest } });
    expect(await begin(build.digest)).toBeNull();
    await cancel(other);
    await due();
    await new RetentionSchedule(world.db).enqueueDue();
    const promised = await world.db.prisma.outbox.findMany({ where: { topic: 'retention' } });
    expect(promised.map(({ subjectId }) => subjectId)).toEqual([projectId]);
    expect(await deletion.due(projectId)).toEqual([{ id: build.digest, digest: build.digest }]);
    const begun = await begin(build.digest);
    expect(begun).toMatchObject({ digest: build.digest, zones: [], manifests: [build.digest] });
    // After a crash it is begun once more.
    expect(await begin(build.digest)).toEqual(begun);
    await deletion.end(projectId, begun!, null, true);
    expect([await notes(), await counted()]).toEqual([[], [0, 0]]);
  });

  it('R21C-5 counts on where its registry deletes nothing, and while its deletion is put off', async () => {
    const build = await built();
    await note(build);
    await cancel(build);
    await due();
    await deletion.end(projectId, (await begin(build.digest))!, null, false);
    expect([await deletion.due(projectId), await counted()]).toEqual([[], [1_000, 1_000]]);
    await due();
    await new RetentionDeletion(world.db).putOffAll(projectId, 'x', new Date(Date.now() + 3_600_000));
    expect([await deletion.due(projectId), await counted()]).toEqual([[], [1_000, 1_000]]);
  });

  it('R21C-5 is not forgotten where it was published for another build since', async () => {
    const build = await built();
    await note(build);
    await cancel(build);
    await due();
    const begun = await begin(build.digest);
    await note({ ...(await built()), digest: build.digest });
    await deletion.end(projectId, begun!, null, true);
    expect(await notes()).toHaveLength(1);
  });

  it('R21C-5 is signed anew by a later build: what was signed of it goes with it', async () => {
    const build = await built();
    await note(build);
    const signature = digest();
    const row = { projectId, digest: build.digest, buildId: build.id, keyId: randomUUID(), kind: 'signature' };
    const artifact = { place: { as: 'referrer', descriptor: { digest: signature } } };
    await world.db.prisma.signatureArtifact.create({ data: { id: randomUUID(), ...row, artifact } });
    await cancel(build);
    await due();
    expect(await begin(build.digest)).toMatchObject({ artifacts: [signature] });
    expect(await world.db.prisma.signatureArtifact.count()).toBe(0);
  });

  it('R21C-5 is a part of an image where one is published that names it', async () => {
    const part = await built();
    await note(part);
    const index = await built();
    await note(index, [index.digest]);
    const image = { platforms: [], manifests: [part.digest, index.digest] };
    await new PublishRepository(world.db).passGate(index, tenure, image);
    expect(await notes()).toEqual([]);
  });

  it('R21C-5 of a release that knew no notes is an image: the note goes, and it stays', async () => {
    const build = await built();
    await note(build);
    const { digest: image } = build;
    const data = { id: randomUUID(), projectId, digest: image, mediaType: 'm', sizeBytes: 1_000, platforms: [] };
    await world.db.prisma.image.create({ data });
    await cancel(build);
    await due();
    expect([await begin(image), await notes(), await counted()]).toEqual([null, [], [1_000, 0]]);
  });

  it('R21C-5 is counted by what is staged of it, which is deleted after it', async () => {
    const build = await built(900);
    await note(build);
    await cancel(build);
    await world.db.prisma.stagedImage.updateMany({ data: { notedAt: new Date(0) } });
    const staged = new StagedDeletion(world.db);
    expect(await staged.schedule()).toBe(0);
    await due();
    await deletion.end(projectId, (await begin(build.digest))!, null, true);
    expect([await staged.schedule(), await counted()]).toEqual([1, [900, 900]]);
  });
});
