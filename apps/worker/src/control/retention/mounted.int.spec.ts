import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { BuildRepository, MountedDeletion, QuotaRepository, RetentionSchedule } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blobsOf, hasBlob, hasManifest, tagsIn } from '../../../spec/registry-content.js';
import { type TestProject, WorkerSystem } from '../../../spec/worker-system.js';
import { VerifyPublished } from '../publish/verify-published.js';

describe('R21C-5 an image whose build was cancelled between mount and gate', () => {
  let system: WorkerSystem;
  beforeAll(async () => {
    system = await WorkerSystem.start();
  });
  afterAll(() => system?.close());

  const usage = () => new QuotaRepository(system.db).usage(system.organization);
  const dockerfile = 'FROM busybox:latest\nCOPY word.txt /\n';
  const made = async (own: TestProject, word: string) => {
    const commit = await own.git.commit({ Dockerfile: dockerfile, 'word.txt': word });
    return { commit, build: await system.outcome(await system.push(own, commit)) };
  };
  /** Stands in the project's repository, signed, and is no image of it. */
  const cancelled = async (own: TestProject) => {
    const check = vi.spyOn(VerifyPublished.prototype, 'check').mockImplementationOnce(async (_, { id }) => {
      await new BuildRepository(system.db).requestCancel(id, 'Ada');
      return [];
    });
    const { commit, build } = await made(own, randomBytes(50_000).toString('hex'));
    check.mockRestore();
    expect(build.status).toBe('canceled');
    return { commit, digest: build.digest!, blobs: await blobsOf(own.repository, build.digest!) };
  };
  const note = (own: TestProject) => system.db.prisma.mountedImage.findFirst({ where: { projectId: own.id } });
  const retain = async (own: TestProject) => {
    await system.db.prisma.mountedImage.updateMany({ where: { projectId: own.id }, data: { lookAt: new Date(0) } });
    await new RetentionSchedule(system.db).enqueueDue();
    await system.until(async () => ((await note(own)) ? null : true));
  };
  const artifactsOf = async (digest: string) => {
    const rows = await system.db.prisma.$queryRaw<{ digest: string }[]>`
      SELECT artifact->'place'->'descriptor'->>'digest' AS digest FROM signature_artifact
      WHERE digest = ${digest} AND artifact->'place'->>'as' = 'referrer'`;
    return rows.map((row) => row.digest);
  };
  const tagsOf = (digest: string) => ['', '.sig', '.att'].map((suffix) => digest.replace(':', '-') + suffix);

  it('counts until it is deleted, with its signatures and the layers that no image has', async () => {
    const own = await system.project();
    const { build: kept } = await made(own, 'kept');
    const before = await usage();
    const { digest, blobs } = await cancelled(own);
    const artifacts = await artifactsOf(digest);
    expect(artifacts).toHaveLength(2);
    for (const each of [digest, ...artifacts]) expect(await hasManifest(own.repository, each)).toBe(true);
    expect((await usage()).imageBytes - before.imageBytes).toBeGreaterThan(50_000);
    const shared = (await blobsOf(own.repository, kept.digest!)).filter((each) => blobs.includes(each));
    expect([blobs.length, shared.length]).toEqual([3, 1]);

    await retain(own);
    for (const each of [digest, ...artifacts]) expect(await hasManifest(own.repository, each)).toBe(false);
    const left = await tagsIn(own.repository);
    for (const tag of tagsOf(digest)) expect(left).not.toContain(tag);
    for (const each of blobs) expect(await hasBlob(own.repository, each)).toBe(shared.includes(each));
    expect(await hasManifest(own.repository, kept.digest!)).toBe(true);
    for (const each of await blobsOf(own.repository, kept.digest!))
      expect(await hasBlob(own.repository, each)).toBe(true);
    for (const tag of tagsOf(kept.digest!).slice(1)) expect(left).toContain(tag);
    // Staging has its blobs until the registry collects its garbage.
    expect((await usage()).imageBytes - before.imageBytes).toBeGreaterThan(50_000);
  });

  it('is published whole by a build that makes the same bytes while it is deleted', async () => {
    const own = await system.project();
    const { commit, digest, blobs } = await cancelled(own);
    const first = await artifactsOf(digest);
    let again = '';
    const { begin } = MountedDeletion.prototype;
    const begun = vi.spyOn(MountedDeletion.prototype, 'begin').mockImplementationOnce(async function (
      this: MountedDeletion,
      ...image
    ) {
      const leftover = await begin.apply(this, image);
      // From here to the end of the deletion the other build wants to publish.
      again = await system.replay(own, commit);
      await system.until(async () => {
        const other = await system.db.prisma.build.findFirst({
          where: { projectId: own.id, stage: { in: ['control', 'publishing'] } },
        });
        return other ?? (await system.db.prisma.image.findFirst({ where: { projectId: own.id } }));
      });
      await pause(1_000);
      return leftover;
    });
    await retain(own);
    expect(begun).toHaveBeenCalled();
    begun.mockRestore();
    expect(await system.outcome(again)).toMatchObject({ status: 'succeeded', digest });
    const second = await artifactsOf(digest);
    for (const each of [digest, ...second]) expect(await hasManifest(own.repository, each)).toBe(true);
    for (const each of blobs) expect(await hasBlob(own.repository, each)).toBe(true);
    for (const each of first)
      expect([second.includes(each), await hasManifest(own.repository, each)]).toEqual([false, false]);
    expect(await tagsIn(own.repository)).toContain('main');
    expect(await note(own)).toBeNull();
  });
});
