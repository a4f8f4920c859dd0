import type { Zone } from '@cooperage/domain';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rowsRead } from '../../spec/rows-read.js';
import { World } from '../../spec/world.js';
import { Prisma } from '../generated/client.js';
import {
  AttemptRepository,
  ImageDeletion,
  ImageRepository,
  newId,
  PublishRepository,
  RetentionRepository,
  type Tenure,
  TenureRepository,
  type TrustRequestRecord,
  TrustRequestRepository,
} from '../index.js';
import { pointTags } from './gate-changes.js';

const digestOf = (image: number) => `sha256:${String(image).repeat(64)}` as const;
const actor = { kind: 'person', id: 'ada', name: 'Ada', ip: null } as const;

describe('R10-B2 many tags', () => {
  let world: World;
  let publishes: PublishRepository;
  let projectId: string;
  let organizationId: string;
  let tenure: Tenure;
  beforeAll(async () => {
    world = await World.open();
    publishes = new PublishRepository(world.db);
  });
  beforeEach(async () => {
    organizationId = await world.organization();
    projectId = await world.project(organizationId);
    const control = await world.processes.start('control', 'c', {});
    const acquired = await new TenureRepository(world.db).acquire(projectId, control, 60_000);
    if (!acquired.ok) throw new Error('not acquired');
    tenure = acquired.tenure;
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  /** A build that asks for these tags passes the gate with an image that verifies. */
  const pass = async (image: number, tags: readonly string[], zone: Zone = 'protected') => {
    const builder = await world.builder();
    const attempt = await world.claimed(projectId, builder);
    const named = { tags: [...tags], tagNamings: tags.map(() => 'neither') };
    const data = { zone, sequence: BigInt(image), movesTags: true, ...named };
    await world.db.prisma.build.update({ where: { id: attempt.build.id }, data });
    const facts = { digest: digestOf(image), mediaType: 'application/vnd.oci.image.manifest.v1+json', sizeBytes: 1 };
    const rest = { baseImages: [], stepsTotal: 1, stepsCached: 0, warnings: [], exportCache: false };
    const built = await new AttemptRepository(world.db).built(attempt, builder, { ...facts, ...rest });
    if (!built.ok) throw new Error(built.reason);
    const verified = { id: newId(), projectId, digest: digestOf(image), ok: true, verdict: 'verified', checks: [] };
    await world.db.prisma.imageVerification.create({ data: verified });
    const gate = await publishes.passGate(built.build, tenure, { platforms: [] });
    if (!gate.ok) throw new Error(gate.reason);
    const ended = { status: 'succeeded', stage: null, finishedAt: new Date() };
    await world.db.prisma.build.update({ where: { id: built.build.id }, data: ended });
    return gate.build;
  };
  const add = async (image: number, count: number, name: string) => {
    // In portions: one statement may take five seconds.
    for (let first = 1; first <= count; first += 5_000)
      await world.db.prisma.$executeRaw`
        INSERT INTO image_tag (project_id, tag, digest, build_id, sequence, build_number)
        SELECT ${projectId}::uuid, ${name} || lpad(n::text, 5, '0'), ${digestOf(image)}, gen_random_uuid(), 1, 1
        FROM generate_series(${first}::int, ${Math.min(count, first + 4_999)}::int) n`;
  };
  const retag = async (tag: string, image: number) => {
    const data = { id: newId(), projectId, action: 'retag', tag, digest: digestOf(image), askedBy: 'ada' };
    const request = (await world.db.prisma.trustRequest.create({ data })) as TrustRequestRecord;
    return new TrustRequestRepository(world.db).retag(request, tenure);
  };
  const target = (tag: string) => publishes.targetOf(projectId, tag);

  it('R10-B2 refuses the 1,001st tag by hand of an image, and counts no tag that a build gave it', async () => {
    const named = Array.from({ length: 50 }, (_, at) => `built-${at}`);
    await pass(1, named);
    await add(1, 999, 'hand');
    expect(await retag('last', 1)).toEqual({ ok: true });
    const refused = await retag('more', 1);
    expect(refused).toMatchObject({ ok: false, note: expect.stringContaining('1,000 tags') });
    expect(await retag('last', 1)).toEqual({ ok: true });
    await pass(2, []);
    expect(await retag('more', 2)).toEqual({ ok: true });
  });

  it('R10-B2 refuses a new tag by hand in a project of 50,000, and moves one that exists', async () => {
    await pass(1, ['main']);
    await pass(2, []);
    await add(3, 49_998, 'old');
    expect(await retag('stable', 1)).toEqual({ ok: true });
    const refused = await retag('more', 1);
    expect(refused).toMatchObject({ ok: false, note: expect.stringContaining('50,000 tags') });
    expect(await retag('stable', 2)).toEqual({ ok: true });
    expect([await target('more'), await target('stable')]).toEqual([null, digestOf(2)]);
  });

  it('R10-B2 publishes a build without the new tags beyond 50,000, and with a warning that names them', async () => {
    expect((await pass(1, ['main'])).warnings).toEqual([]);
    await add(3, 49_998, 'old');
    const fresh = Array.from({ length: 30 }, (_, at) => `new-${at}`);
    const { warnings, status, stage } = await pass(2, ['main', ...fresh]);
    expect([status, stage]).toEqual(['running', 'publishing']);
    expect([await target('main'), await target('new-0'), await target('new-1')]).toEqual([
      digestOf(2),
      digestOf(2),
      null,
    ]);
    expect(await world.db.prisma.imageTag.count({ where: { projectId } })).toBe(50_000);
    expect(warnings).toEqual([{ rule: 'TagsLeftOut', url: null, file: null, line: null, message: expect.any(String) }]);
    const [message] = warnings.map((warning) => warning.message);
    expect(message).toContain(`published: ${fresh.slice(1, 21).join(', ')} and 9 more.`);
    expect((await pass(4, ['main'])).warnings).toEqual([]);
    expect(await target('main')).toBe(digestOf(4));
  });

  it('V9B-M2 leaves room for the tags of protected refs where all others have three quarters, and says why', async () => {
    await pass(1, ['feature'], 'branch');
    await add(3, 37_498, 'old');
    const branch = await pass(2, ['feature', 'new-0', 'new-1'], 'branch');
    expect(branch.warnings).toMatchObject([{ rule: 'TagsLeftOut' }]);
    expect(branch.warnings[0]!.message).toBe(
      'Branches and releases that are not protected have 37,500 tags of this project, the most that they may have. ' +
        'Without these tags the build was published: new-1. Delete images that nobody needs, then build again.',
    );
    const release = await pass(4, ['v1.2.3', 'new-1'], 'protected');
    expect(release.warnings).toEqual([]);
    expect(await Promise.all(['feature', 'new-0', 'new-1', 'v1.2.3'].map(target))).toEqual([
      ...[digestOf(2), digestOf(2), digestOf(4), digestOf(4)],
    ]);
    expect((await pass(5, ['new-2'], 'branch')).warnings).toMatchObject([{ rule: 'TagsLeftOut' }]);
    expect(await target('new-2')).toBeNull();
    expect(await new ImageRepository(world.db).tagUse(projectId)).toEqual({
      all: { used: 37_502, limit: 50_000 },
      unprotected: { used: 37_500, limit: 37_500 },
    });
  });

  it('V9B-M2 refuses a new tag by hand for an image of no protected ref alone, where these have three quarters', async () => {
    await pass(1, [], 'branch');
    await pass(2, [], 'protected');
    await add(3, 37_500, 'old');
    const refused = await retag('mine', 1);
    expect(refused).toMatchObject({ ok: false, note: expect.stringContaining('37,500 tags of this project') });
    expect(await retag('stable', 2)).toEqual({ ok: true });
    expect([await target('mine'), await target('stable')]).toEqual([null, digestOf(2)]);
  });

  it('V12B-8 refuses the 5,001st tag by hand of protected images, so that most of what is left to builds stays so', async () => {
    const built = await pass(1, ['main']);
    await pass(2, ['feature'], 'branch');
    await pass(4, []);
    await add(3, 4_999, 'hand');
    const place = { buildId: built.id, zone: 'protected' };
    await world.db.prisma.imageTag.updateMany({ where: { projectId, digest: digestOf(3) }, data: place });
    expect(await retag('last', 4)).toEqual({ ok: true });
    for (const tag of ['more', 'feature'])
      expect(await retag(tag, 4)).toMatchObject({ ok: false, note: expect.stringContaining('5,000 tags') });
    // One that a build of a protected ref made moves on, and images of branches are not meant.
    expect([await retag('main', 4), await retag('last', 4), await retag('mine', 2)]).toEqual(
      Array(3).fill({ ok: true }),
    );
    expect([await target('main'), await target('more'), await target('feature')]).toEqual([
      ...[digestOf(4), null, digestOf(2)],
    ]);
  });

  it('V9B-M2 warns a build that adds tags from 80 % on, of the bound that is nearer', async () => {
    await add(3, 29_998, 'old');
    expect((await pass(1, ['feature'], 'branch')).warnings).toEqual([]);
    const second = await pass(2, ['feature', 'other'], 'branch');
    expect(second.warnings).toMatchObject([{ rule: 'TagsNearlyUsedUp' }]);
    expect(second.warnings[0]!.message).toBe(
      'Branches and releases that are not protected have 30,000 of the 37,500 tags that they may have of this project. ' +
        'Beyond that, builds are published without new tags. Delete images that nobody needs.',
    );
    expect((await pass(4, ['feature'], 'branch')).warnings).toEqual([]);
    expect((await pass(5, ['main'])).warnings).toEqual([]);
    await add(6, 9_998, 'more');
    const last = await pass(7, ['v1']);
    expect(last.warnings[0]!.message).toContain('The project has 40,000 of the 50,000 tags that it may have.');
  });

  it('V9B-L3 counts the tags of the project once for a build of twenty tags', async () => {
    // With statistics of an empty table, each plan costs the same.
    await world.db.prisma.$executeRaw`ANALYZE image_tag`;
    await add(3, 2_000, 'old');
    const { id } = await world.build(projectId);
    await world.db.prisma.build.update({ where: { id }, data: { digest: digestOf(1) } });
    const tags = Array.from({ length: 20 }, (_, at) => `new-${at}`);
    const build = { movesTags: true, tags, tagNamings: [], zone: 'protected' } as const;
    const moved = Prisma.sql`WITH moved AS (SELECT * FROM build WHERE id = ${id}::uuid)`;
    const read = await rowsRead(world.db, 'image_tag', Prisma.sql`${moved}${pointTags(build)} SELECT 1`);
    expect([await target('new-0'), await target('new-19')]).toEqual([digestOf(1), digestOf(1)]);
    expect(read).toBeLessThan(15_000);
  });

  it('R10-B2 shows the first tags of an image that has 5,000, and deletes it with all of them', async () => {
    await pass(1, []);
    await add(1, 5_000, 'many');
    const images = new ImageDeletion(world.db);
    const preview = await images.preview(projectId, digestOf(1));
    expect(preview).toMatchObject({ tags: expect.any(Array), tagsLeftOut: 4_000 });
    expect([preview!.tags.length, preview!.tags.at(-1)]).toEqual([1_000, 'many01000']);
    const schedule = (tagsDigest: string | null) =>
      images.schedule(
        { projectId, organizationId },
        { digest: digestOf(1), tags: preview!.tags, tagsDigest, comment: 'old', graceDays: -1 },
        actor,
      );
    expect([await schedule(null), await schedule('0'.repeat(64))]).toEqual(['stale', 'stale']);
    expect(await schedule(preview!.tagsDigest)).toMatchObject({ tags: preview!.tags, tagsLeftOut: 4_000 });
    const found = await new RetentionRepository(world.db).find(projectId, 'image', digestOf(1));
    expect(found).toMatchObject({ tags: preview!.tags, tagsLeftOut: 4_000 });
    const begun = await images.begin(projectId, found!.id);
    expect(begun).toMatchObject({ digest: digestOf(1) });
    await images.end(projectId, begun!);
    expect(await world.db.prisma.imageTag.count({ where: { projectId } })).toBe(0);
  });

  it('R10-B2 keeps an image that got another tag after its deletion was scheduled, however many it had', async () => {
    await pass(1, []);
    await add(1, 1_500, 'many');
    const images = new ImageDeletion(world.db);
    const preview = (await images.preview(projectId, digestOf(1)))!;
    const request = { ...preview, digest: digestOf(1), comment: 'old', graceDays: -1 };
    await images.schedule({ projectId, organizationId }, request, actor);
    await add(1, 1, 'zz-later');
    const deletions = new RetentionRepository(world.db);
    const found = await deletions.find(projectId, 'image', digestOf(1));
    expect(await images.begin(projectId, found!.id)).toBeNull();
    expect(await deletions.find(projectId, 'image', digestOf(1))).toMatchObject({
      ...{ state: 'kept', message: expect.stringContaining('zz-later00001') },
    });
  });

  it('V9B-L10 refuses a deletion where a tag that is not shown gave way to another since the preview', async () => {
    await pass(1, []);
    await add(1, 1_500, 'many');
    const images = new ImageDeletion(world.db);
    const preview = (await images.preview(projectId, digestOf(1)))!;
    const data = { tag: 'many01200b' };
    await world.db.prisma.imageTag.update({ where: { projectId_tag: { projectId, tag: 'many01200' } }, data });
    const request = { ...preview, digest: digestOf(1), comment: 'old', graceDays: 7 };
    expect(await images.schedule({ projectId, organizationId }, request, actor)).toBe('stale');
    const again = { ...request, ...(await images.preview(projectId, digestOf(1))) };
    expect(await images.schedule({ projectId, organizationId }, again, actor)).toMatchObject({ tagsLeftOut: 500 });
  });

  it('R10-B2 reads tags and tagged images in pages', async () => {
    for (const image of [1, 2, 3]) await add(image, 700, `image-${image}-`);
    const pages = async (read: (after: string | null) => Promise<string[]>) => {
      const sizes: number[] = [];
      const all: string[] = [];
      let page = await read(null);
      while (page.length > 0 && sizes.length < 10) {
        sizes.push(page.length);
        all.push(...page);
        page = await read(page.at(-1)!);
      }
      return { sizes, all: new Set(all).size };
    };
    const tags = await pages((after) => publishes.tagsOfProject(projectId, after, 500));
    expect(tags).toEqual({ sizes: [500, 500, 500, 500, 100], all: 2_100 });
    const digests = await pages((after) => publishes.taggedDigests(projectId, after, 2));
    expect(digests).toEqual({ sizes: [2, 1], all: 3 });
  });
});
