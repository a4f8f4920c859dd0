import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { newId, QuotaRepository, StepRepository, UsageCounters } from '../index.js';
import { ProjectRemoval } from '../project/project-removal.js';

const text = (bytes: number) => 'x'.repeat(bytes);
/** More than what a row takes without its texts. */
const little = 6_000;

describe('R7-B3 what builds leave beside their logs', () => {
  let world: World;
  let quotas: QuotaRepository;
  let builder: string;
  beforeAll(async () => {
    world = await World.open();
    quotas = new QuotaRepository(world.db);
    builder = await world.builder(8);
  });
  afterAll(() => world.close());

  const used = async (organizationId: string) => (await quotas.usage(organizationId)).logBytes;
  const step = (ordinal: number, name: string, error: string | null = null) => ({
    ...{ ordinal, vertexId: `sha256:${ordinal}`, name, error },
    ...{ stage: null, target: null, platform: null, internal: false, cached: false, progressGroup: null },
    ...{ startedAt: null, completedAt: null },
  });

  /** Writes what a build may leave, with the bytes that are written at least. */
  function writes(projectId: string, attempt: { readonly attemptId: string; readonly build: { readonly id: string } }) {
    const { prisma } = world.db;
    const { attemptId } = attempt;
    const buildId = attempt.build.id;
    const steps = new StepRepository(world.db);
    const save = (error: string | null) =>
      steps.save(
        attemptId,
        Array.from({ length: 5 }, (_, ordinal) => step(ordinal, text(10_000), error)),
      );
    const digests = Array.from({ length: 100 }, (_, at) => `sha256:${String(at).padStart(64, '0')}`);
    const entry = {
      ...{ projectId, buildId, zone: 'protected', ref: 'refs/heads/main', platform: 'linux/amd64', epoch: 0 },
      ...{ digest: 'd', bytes: 1, blobDigests: digests, blobBytes: digests.map(() => 1), buildNumber: 1 },
    };
    const artifact = { projectId, digest: 'sha256:1', buildId, keyId: newId(), artifact: { manifest: text(60_000) } };
    const verdict = { dockerfilePath: 'Dockerfile', definition: text(4_000), startLine: 1, cached: false, ms: 1 };
    const verdicts = { ...verdict, detail: [], buildId, projectId, stepKey: 'k', buildNumber: 1, at: new Date() };
    const attemptIs = (data: object) => prisma.attempt.update({ where: { id: attemptId }, data });
    const buildIs = (data: object) => prisma.build.update({ where: { id: buildId }, data });
    return [
      ['the Dockerfile', 50_000, () => attemptIs({ dockerfile: text(50_000) })],
      ['inputs of other targets', 200_000, () => attemptIs({ targetRecords: { targets: [text(200_000)] } })],
      ['a longer Dockerfile', 10_000, () => attemptIs({ dockerfile: text(60_000) })],
      ['the definition', 100_000, () => buildIs({ resolved: { targets: [text(100_000)] } })],
      ['warnings', 30_000, () => buildIs({ warnings: [text(30_000)] })],
      ['steps', 50_000, () => save(null)],
      ['the same steps again', 0, () => save(null)],
      ['errors of steps', 25_000, () => save(text(5_000))],
      ['why steps ran', 4_000, () => prisma.stepVerdict.create({ data: verdicts })],
      [
        'a context',
        30_000,
        () =>
          prisma.contextManifest.create({
            data: { projectId, digest: 'd', entries: 1, payload: Buffer.alloc(30_000, 'x') },
          }),
      ],
      [
        'signatures',
        120_000,
        () =>
          prisma.signatureArtifact.createMany({
            data: ['provenance', 'legacy_provenance'].map((kind) => ({ ...artifact, id: newId(), kind })),
          }),
      ],
      [
        'a listing of a layer',
        20_000,
        () => prisma.layerListing.create({ data: { projectId, digest: 'd', payload: Buffer.alloc(20_000, 'x') } }),
      ],
      ['the blobs of a cache', 7_100, () => prisma.cacheEntry.create({ data: entry })],
      ['the blobs of the next cache', 0, () => prisma.cacheEntry.updateMany({ data: { blobBytes: [] } })],
    ] as const;
  }

  it('R7-B3 counts for the quota of logs as much as is there, and no longer than it is', async () => {
    const organizationId = await world.organization();
    const project = await world.project(organizationId);
    const attempt = await world.claimed(project, builder);
    const counters = new UsageCounters(world.db);
    for (const [what, bytes, write] of writes(project, attempt)) {
      const before = await used(organizationId);
      await write();
      const grown = (await used(organizationId)) - before;
      expect(grown, what).toBeGreaterThanOrEqual(bytes);
      expect(grown, what).toBeLessThanOrEqual(bytes === 0 ? 0 : bytes + little + bytes * 2);
      await counters.fold();
      expect(await used(organizationId), what).toBe(before + grown);
    }
    const usage = await quotas.usage(organizationId);
    expect([usage.recordBytes, usage.logBytes]).toEqual([usage.logBytes, usage.logBytes]);

    const { prisma } = world.db;
    const where = { projectId: project };
    const deletions: [string, number, () => Promise<unknown>][] = [
      ['contexts', 30_000, () => prisma.contextManifest.deleteMany({ where })],
      ['signatures', 120_000, () => prisma.signatureArtifact.deleteMany({ where })],
      ['listings', 20_000, () => prisma.layerListing.deleteMany({ where })],
      ['caches', 7_100, () => prisma.cacheEntry.deleteMany({ where })],
      ['builds', 460_000, () => prisma.build.deleteMany({ where })],
    ];
    for (const [what, bytes, remove] of deletions) {
      const before = await used(organizationId);
      await remove();
      expect(before - (await used(organizationId)), what).toBeGreaterThanOrEqual(bytes);
    }
    expect(await used(organizationId)).toBe(0);
  });

  it('R7-B3 is taken off with its project, in portions or by one statement', async () => {
    const organizationId = await world.organization();
    const removal = new ProjectRemoval(world.db);
    const ends = [
      (id: string) => removal.removeRows(id),
      (id: string) => world.db.prisma.project.delete({ where: { id } }),
    ];
    for (const end of ends) {
      const project = await world.project(organizationId);
      for (const [, , write] of writes(project, await world.claimed(project, builder))) await write();
      expect(await used(organizationId)).toBeGreaterThan(500_000);
      await end(project);
      expect(await used(organizationId)).toBe(0);
    }
  });
});
