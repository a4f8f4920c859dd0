import { type BuildRecord, BuildRepository, ImageDeletion, RetentionSchedule } from '@cooperage/db';
import { parseDigest } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasManifest, tagsIn } from '../../../spec/registry-content.js';
import { type TestProject, WorkerSystem } from '../../../spec/worker-system.js';

const actor = { kind: 'person', id: 'ada', name: 'Ada', ip: null } as const;

describe('the deletion of an image', () => {
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
});
