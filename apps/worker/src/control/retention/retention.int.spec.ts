import { randomBytes } from 'node:crypto';
import {
  type BuildRecord,
  BuildRepository,
  ImageDeletion,
  QuotaRepository,
  RetentionSchedule,
  StagedDeletion,
} from '@cooperage/db';
import { parseDigest, stagingRepository } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBlob, hasManifest, layersOf, tagsIn } from '../../../spec/registry-content.js';
import { type TestProject, WorkerSystem } from '../../../spec/worker-system.js';

const actor = { kind: 'person', id: 'ada', name: 'Ada', ip: null } as const;

describe('the deletion of an image, or of what was to become one', () => {
  let system: WorkerSystem;
  let project: TestProject;
  let images: ImageDeletion;
  beforeAll(async () => {
    system = await WorkerSystem.start();
    project = await system.project();
    images = new ImageDeletion(system.db);
  });
  afterAll(() => system?.close());

  const build = async (word: string): Promise<BuildRecord> => {
    const commit = await project.git.commit({ Dockerfile: 'FROM scratch\nCOPY word.txt /\n', 'word.txt': word });
    return system.outcome(await system.push(project, commit));
  };
  const schedule = async (digest: string, tags: string[], graceDays = 0) => {
    const request = { digest: parseDigest(digest), tags, comment: 'leaked a file', graceDays };
    const made = await images.schedule({ projectId: project.id, organizationId: system.organization }, request, actor);
    await new RetentionSchedule(system.db).enqueueDue();
    return made;
  };
  const stateOf = (digest: string) =>
    system.db.prisma.retentionCandidate.findFirst({ where: { projectId: project.id, subject: digest } });
  const ended = (digest: string) =>
    system.until(async () => {
      const row = await stateOf(digest);
      return row?.finishedAt ? row : null;
    });

  it('takes its tags, signatures and attestations along, and leaves other images as they are [A3 retention]', async () => {
    const first = await build('one');
    const second = await build('two');
    expect([first.status, second.status]).toEqual(['succeeded', 'succeeded']);
    const digest = second.digest!;
    expect(await schedule(digest, [])).toBe('stale');
    const tags = (await images.preview(project.id, digest))!.tags;
    expect(tags).toContain('main');
    const referrers = await system.db.prisma.$queryRaw<{ digest: string }[]>`
      SELECT artifact->'place'->'descriptor'->>'digest' AS digest FROM signature_artifact
      WHERE digest = ${digest} AND artifact->'place'->>'as' = 'referrer'`;
    expect(referrers.length).toBeGreaterThan(0);

    await schedule(digest, [...tags]);
    expect(await ended(digest)).toMatchObject({ state: 'deleted', message: null });
    for (const gone of [digest, ...referrers.map((each) => each.digest)])
      expect(await hasManifest(project.repository, gone)).toBe(false);
    const left = await tagsIn(project.repository);
    for (const tag of [...tags, ...['', '.sig', '.att'].map((suffix) => digest.replace(':', '-') + suffix)])
      expect(left).not.toContain(tag);
    expect(await system.db.prisma.image.findMany({ select: { digest: true } })).toEqual([{ digest: first.digest }]);
    expect(await system.db.prisma.signatureArtifact.count({ where: { digest } })).toBe(0);
    expect(await hasManifest(project.repository, first.digest!)).toBe(true);
  });

  it('R5-A8 serves no layer of it by its digest any more, and each that another image has', async () => {
    const dockerfile = 'FROM busybox:latest\nCOPY word.txt /\n';
    const made = async (word: string) => {
      const commit = await project.git.commit({ Dockerfile: dockerfile, 'word.txt': word });
      return system.outcome(await system.push(project, commit));
    };
    const [leak, mended] = [await made('secret'), await made('nothing')];
    const [leaked, kept] = [
      await layersOf(project.repository, leak.digest!),
      await layersOf(project.repository, mended.digest!),
    ];
    const own = leaked.filter((layer) => !kept.includes(layer));
    expect([own.length, leaked.length - own.length > 0]).toEqual([1, true]);
    expect(await hasBlob(project.repository, own[0]!)).toBe(true);
    await schedule(leak.digest!, [...(await images.preview(project.id, leak.digest!))!.tags]);
    expect(await ended(leak.digest!)).toMatchObject({ state: 'deleted' });
    expect(await hasBlob(project.repository, own[0]!)).toBe(false);
    for (const layer of kept) expect(await hasBlob(project.repository, layer)).toBe(true);
    // The same commit can be published again: its layers come from where it was built.
    const builds = new BuildRepository(system.db);
    const retry = await builds.createRetry(leak.id, { noCache: false, actorName: 'Ada' });
    const again = await system.until(async () => {
      const found = retry.ok ? await builds.find(retry.buildId) : null;
      return found?.finishedAt ? found : null;
    });
    expect(again).toMatchObject({ status: 'succeeded', digest: leak.digest });
    expect(await hasBlob(project.repository, own[0]!)).toBe(true);
  });

  it('is called off when a build publishes the same bytes again in the meantime', async () => {
    const made = await build('three');
    const digest = made.digest!;
    await schedule(digest, [...(await images.preview(project.id, digest))!.tags], 1);
    const builds = new BuildRepository(system.db);
    const retry = await builds.createRetry(made.id, { noCache: false, actorName: 'Ada' });
    const again = await system.until(async () => {
      const found = retry.ok ? await builds.find(retry.buildId) : null;
      return found?.finishedAt ? found : null;
    });
    expect(again.digest).toBe(digest);
    await system.db.prisma.retentionCandidate.updateMany({
      where: { subject: digest },
      data: { deleteAfter: new Date(0) },
    });
    await new RetentionSchedule(system.db).enqueueDue();
    expect(await ended(digest)).toMatchObject({ state: 'kept', message: `build #${again.number} published it again` });
    expect(await hasManifest(project.repository, digest)).toBe(true);
  });

  const usage = () => new QuotaRepository(system.db).usage(system.organization);

  it('R2-H-3 what a failed build has pushed uses the quota, and is deleted; the same bytes can be built again', async () => {
    const own = await system.project();
    const value = `canary-${randomBytes(8).toString('hex')}`;
    await system.secret(own, 'TOKEN', value);
    // Nothing of the inputs holds the secret: two halves that come together in the image alone.
    const Dockerfile = `FROM busybox:latest\nARG A=${value.slice(0, 12)}\nARG B=${value.slice(12)}\nENV BOTH=\${A}\${B}\nCOPY made /\n`;
    const commit = await own.git.commit({ Dockerfile, made: randomBytes(50_000).toString('hex') });
    const before = await usage();
    const failed = await system.outcome(await system.push(own, commit));
    expect(failed).toMatchObject({ status: 'failed', failure: { code: 'SecretLeak' } });
    const { imageBytes, stagedBytes } = await usage();
    expect(stagedBytes).toBeGreaterThan(50_000);
    expect(imageBytes - before.imageBytes).toBe(stagedBytes);

    const staging = stagingRepository(own.id, failed.zone);
    expect(await hasManifest(staging, failed.digest!)).toBe(true);
    await system.db.prisma.stagedImage.updateMany({ data: { notedAt: new Date(Date.now() - 3_600_000) } });
    await new StagedDeletion(system.db).schedule();
    await system.db.prisma.retentionCandidate.updateMany({ data: { deleteAfter: new Date(0) } });
    await new RetentionSchedule(system.db).enqueueDue();
    const gone = await system.until(() =>
      system.db.prisma.retentionCandidate.findFirst({ where: { projectId: own.id, state: 'deleted' } }),
    );
    expect(gone).toMatchObject({ kind: 'staged', reason: 'unpublished', label: `#${failed.number}` });
    expect(await hasManifest(staging, failed.digest!)).toBe(false);
    // The registry keeps the blobs until it collects its garbage.
    expect((await usage()).stagedBytes).toBe(stagedBytes);

    await system.db.prisma.projectSecret.deleteMany({ where: { projectId: own.id } });
    const again = await system.outcome(await system.replay(own, commit));
    expect(again).toMatchObject({ status: 'succeeded', digest: failed.digest });
    expect(await usage()).toMatchObject({ stagedBytes: 0 });
    expect((await usage()).imageBytes - before.imageBytes).toBeGreaterThan(stagedBytes);
  });

  it('R2-H-3 nothing is pushed where the image does not fit into the quota, and the build says so', async () => {
    const own = await system.project();
    await system.db.prisma.quota.create({ data: { scope: system.organization, imageBytes: 1_000 } });
    const commit = await own.git.commit({ Dockerfile: 'FROM busybox:latest\nCOPY made /\n', made: 'x' });
    const refused = await system.outcome(await system.push(own, commit));
    expect(refused).toMatchObject({ status: 'failed', digest: null, failure: { code: 'QuotaExceeded' } });
    expect(refused.failure?.message).toContain('images, ');
    expect(await system.db.prisma.stagedImage.count({ where: { projectId: own.id } })).toBe(0);
  });
});
