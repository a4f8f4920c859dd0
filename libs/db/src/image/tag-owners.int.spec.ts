import type { TagNaming, Zone } from '@cooperage/domain';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import type { Actor } from '../account/actor.js';
import {
  AttemptRepository,
  EvaluationRepository,
  ImageDeletion,
  KeptTagRepository,
  newId,
  PublishRepository,
  TagPlans,
  type Tenure,
  TenureRepository,
  type TrustRequestRecord,
  TrustRequestRepository,
} from '../index.js';

const actor: Actor = { kind: 'person', id: 'ada', name: 'Ada', ip: null };
const first = `abcdef0${'1'.repeat(33)}`;
/** Begins with the same seven digits. */
const twin = `abcdef0${'2'.repeat(33)}`;

interface Passing {
  /** Of its image: a digit. */
  readonly image: number;
  readonly ref: string;
  readonly tags: Readonly<Record<string, TagNaming>>;
  readonly zone?: Zone;
  readonly commit?: string;
  /** As large as the number of the image, where nobody says. */
  readonly sequence?: number;
}

describe('whose a tag is', () => {
  let world: World;
  let publishes: PublishRepository;
  let projectId: string;
  let builder: string;
  let tenure: Tenure;
  beforeAll(async () => {
    world = await World.open();
    publishes = new PublishRepository(world.db);
  });
  beforeEach(async () => {
    projectId = await world.project();
    builder = await world.builder();
    const control = await world.processes.start('control', 'c', {});
    const acquired = await new TenureRepository(world.db).acquire(projectId, control, 60_000);
    if (!acquired.ok) throw new Error('not acquired');
    tenure = acquired.tenure;
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const digestOf = (image: number) => `sha256:${String(image).repeat(64)}` as const;
  /** A build comes to its gate, and its tags move as far as they may. */
  const pass = async ({ image, ref, tags, zone = 'protected', commit = first, sequence = image }: Passing) => {
    const attempt = await world.claimed(projectId, builder);
    const data = { ref, commit, zone, sequence: BigInt(sequence) };
    const names = { tags: Object.keys(tags), tagNamings: Object.values(tags) };
    await world.db.prisma.build.update({ where: { id: attempt.build.id }, data: { ...data, ...names } });
    const facts = { digest: digestOf(image), mediaType: 'application/vnd.oci.image.manifest.v1+json', sizeBytes: 1 };
    const rest = { baseImages: [], stepsTotal: 1, stepsCached: 0, warnings: [], exportCache: false };
    const built = await new AttemptRepository(world.db).built(attempt, builder, { ...facts, ...rest });
    if (!built.ok) throw new Error(built.reason);
    expect(await publishes.passGate(built.build, tenure, { platforms: [] })).toMatchObject({ ok: true });
    const { status, stage } = { status: 'succeeded', stage: null };
    await world.db.prisma.build.update({
      where: { id: built.build.id },
      data: { status, stage, finishedAt: new Date() },
    });
    return built.build;
  };
  const place = async () => {
    const { organizationId } = await world.db.prisma.project.findUniqueOrThrow({ where: { id: projectId } });
    return { projectId, organizationId };
  };
  const target = (tag: string) => publishes.targetOf(projectId, tag);

  it('R5-C6 a new git tag takes no image tag from another one whose name becomes the same', async () => {
    await pass({ image: 1, ref: 'refs/tags/v1/2', tags: { 'v1-2': 'ref' } });
    await pass({ image: 2, ref: 'refs/tags/v1-2', tags: { 'v1-2': 'ref' }, commit: twin });
    expect(await target('v1-2')).toBe(digestOf(1));
    await pass({ image: 3, ref: 'refs/tags/v1/2', tags: { 'v1-2': 'ref' }, commit: twin });
    expect(await target('v1-2')).toBe(digestOf(3));
  });

  it('R5-C6 what the rules hand on goes from ref to ref, and not to a git tag that is called like it', async () => {
    await pass({ image: 1, ref: 'refs/heads/main', tags: { stable: 'neither' } });
    await pass({ image: 2, ref: 'refs/tags/v1.0.0', tags: { stable: 'neither' } });
    expect(await target('stable')).toBe(digestOf(2));
    await pass({ image: 3, ref: 'refs/tags/stable', tags: { stable: 'ref' } });
    expect(await target('stable')).toBe(digestOf(2));
  });

  it('R5-C6 a tag of before, of which nobody noted what it names, stays with its ref', async () => {
    await pass({ image: 1, ref: 'refs/tags/v1.0.0', tags: { '1.0.0': 'neither' } });
    await pass({ image: 2, ref: 'refs/tags/1.0.0', tags: { '1.0.0': 'ref' } });
    expect(await target('1.0.0')).toBe(digestOf(1));
    await pass({ image: 3, ref: 'refs/tags/v1.0.0', tags: { '1.0.0': 'ref' } });
    expect(await target('1.0.0')).toBe(digestOf(3));
  });

  it.each<Zone>(['protected', 'branch'])(
    'R5-C6 the tag of a commit is not moved by another one with the same seven digits in the zone %s',
    async (zone) => {
      const ref = 'refs/heads/topic';
      await pass({ image: 1, ref, zone, tags: { abcdef0: 'commit' } });
      await pass({ image: 2, ref, zone, commit: twin, tags: { abcdef0: 'commit' } });
      expect(await target('abcdef0')).toBe(digestOf(1));
      await pass({ image: 3, ref: 'refs/heads/other', zone, tags: { abcdef0: 'commit' } });
      expect(await target('abcdef0')).toBe(digestOf(3));
    },
  );

  it('R5-C6 a protected ref takes the tag of a commit from a branch that made another commit for it', async () => {
    await pass({ image: 1, ref: 'refs/heads/topic', zone: 'branch', tags: { abcdef0: 'commit' } });
    await pass({ image: 2, ref: 'refs/heads/main', commit: twin, tags: { abcdef0: 'commit' } });
    expect(await target('abcdef0')).toBe(digestOf(2));
  });

  it('R8-B7 the tag of a commit is moved by a build of that commit which noted nothing, and stays with the commit', async () => {
    const ref = 'refs/heads/topic';
    await pass({ image: 1, ref, tags: { abcdef0: 'commit' } });
    await pass({ image: 2, ref, tags: { abcdef0: 'neither' } });
    expect(await target('abcdef0')).toBe(digestOf(2));
    await pass({ image: 3, ref, commit: twin, tags: { abcdef0: 'neither' } });
    expect(await target('abcdef0')).toBe(digestOf(2));
    const held = await new EvaluationRepository(world.db).heldTags(projectId, ['abcdef0']);
    expect(held.get('abcdef0')).toMatchObject({ owner: first, commit: first });
  });

  describe('for a person who points a tag by hand', () => {
    const plan = async (tag: string, image: number) =>
      (await new TagPlans(world.db).find(projectId, tag, digestOf(image)))?.kind;

    it('R22A-1 what the rules would give to a protected ref is its own, also before it was built', async () => {
      const rule = { projectId, enabled: true, includePaths: [], excludePaths: [] };
      await world.db.prisma.rule.createMany({
        data: [
          { ...rule, id: newId(), name: 'b', refKind: 'branch', refPattern: '**', tags: ['{{branch}}', '{{default}}'] },
          { ...rule, id: newId(), name: 't', refKind: 'tag', refPattern: 'v*', tags: ['{{version}}'] },
        ],
      });
      const protection = { defaultBranch: 'main', protectedBranches: ['release/*'], protectedTags: ['v*'] };
      await world.db.prisma.project.update({ where: { id: projectId }, data: protection });
      await pass({ image: 1, ref: 'refs/heads/topic', zone: 'branch', tags: { topic: 'ref' } });
      for (const tag of ['2.0.0', 'latest', 'main', 'release-9'])
        expect([tag, await plan(tag, 1)]).toEqual([tag, 'protected']);
      expect([await plan('mine', 1), await plan('topic', 1)]).toEqual(['new', 'same']);
      await pass({ image: 2, ref: 'refs/heads/main', tags: {} });
      expect(await plan('2.0.0', 2)).toBe('new');
    });

    it('R22A-2 an image is not verified any more once a key of its time counts no longer', async () => {
      await pass({ image: 1, ref: 'refs/heads/main', tags: {} });
      const at = new Date(Date.now() - 86_400_000);
      await world.db.prisma.imageVerification.create({
        data: { id: newId(), projectId, digest: digestOf(1), ok: true, checks: [], at },
      });
      const isVerified = async () => (await new TagPlans(world.db).find(projectId, 'x', digestOf(1)))?.to.verified;
      expect(await isVerified()).toBe(true);
      const key = { projectId, publicKeyPem: 'pem', sealed: Buffer.from('s'), createdAt: at, retiredAt: at };
      const { id } = await world.db.prisma.signingKey.create({
        data: { ...key, id: newId(), state: 'verify_only', verifyUntil: new Date(Date.now() + 60_000) },
      });
      expect(await isVerified()).toBe(true);
      await world.db.prisma.signingKey.update({ where: { id }, data: { verifyUntil: new Date(Date.now() - 60_000) } });
      expect(await isVerified()).toBe(false);
    });

    it('R22C-4 an image of a late build takes no tag from one that was pushed later', async () => {
      await pass({ image: 1, ref: 'refs/heads/main', tags: { latest: 'neither' } });
      const late = await pass({ image: 2, ref: 'refs/heads/main', tags: {} });
      expect(await plan('latest', 2)).toBe('forward');
      await world.db.prisma.build.update({ where: { id: late.id }, data: { movesTags: false } });
      expect(await plan('latest', 2)).toBe('late');
    });

    it('R23A-2 an image of a late build takes no tag that rules give to a release which is still being built', async () => {
      await world.db.prisma.rule.create({
        data: {
          ...{ id: newId(), projectId, name: 'releases', refKind: 'tag', refPattern: 'v*', tags: ['{{version}}'] },
          ...{ includePaths: [], excludePaths: [] },
        },
      });
      const late = await pass({ image: 1, ref: 'refs/heads/main', tags: {} });
      expect(await plan('2.0.0', 1)).toBe('new');
      await world.db.prisma.build.update({ where: { id: late.id }, data: { movesTags: false } });
      expect(await plan('2.0.0', 1)).toBe('late');
      expect(await plan('of-nobody', 1)).toBe('new');
    });
  });

  it('R5-C6 evaluation finds whose tags are', async () => {
    await pass({ image: 1, ref: 'refs/tags/v1', tags: { v1: 'ref', '1': 'neither' } });
    const held = await new EvaluationRepository(world.db).heldTags(projectId, ['v1', '1', 'v2']);
    const ofBuild = { zone: 'protected', ref: 'refs/tags/v1', commit: first };
    expect(held).toEqual(
      new Map([
        ['v1', { ...ofBuild, owner: 'refs/tags/v1' }],
        ['1', { ...ofBuild, owner: null }],
      ]),
    );
  });

  describe('when its image was deleted', () => {
    const remove = async (image: number) => {
      const deletion = new ImageDeletion(world.db);
      const request = { digest: digestOf(image), comment: 'leak', graceDays: 0 };
      const { tags } = (await deletion.preview(projectId, request.digest))!;
      expect(await deletion.schedule(await place(), { ...request, tags }, actor)).toMatchObject({ state: 'scheduled' });
      await world.db.prisma.retentionCandidate.updateMany({ data: { deleteAfter: new Date(0) } });
      for (const { id } of await deletion.due(projectId))
        await deletion.end(projectId, (await deletion.begin(projectId, id))!);
    };
    const kept = async () => (await new KeptTagRepository(world.db).list(projectId, { after: null, limit: 9 })).items;

    it('R5-C7 a branch gets no tag of a protected ref, neither foreseen nor at the gate', async () => {
      await pass({ image: 1, ref: 'refs/tags/v1.0.0', tags: { prod: 'neither', '1.0.0': 'ref' } });
      await remove(1);
      expect((await kept()).map(({ tag, ref }) => [tag, ref])).toEqual([
        ['1.0.0', 'refs/tags/v1.0.0'],
        ['prod', 'refs/tags/v1.0.0'],
      ]);
      const held = await new EvaluationRepository(world.db).heldTags(projectId, ['prod']);
      expect(held.get('prod')).toMatchObject({ zone: 'protected', ref: 'refs/tags/v1.0.0' });
      await pass({ image: 2, ref: 'refs/heads/prod', zone: 'branch', tags: { prod: 'ref' } });
      expect(await target('prod')).toBeNull();
      const plan = await new TagPlans(world.db).find(projectId, 'prod', digestOf(2));
      expect(plan).toMatchObject({ kind: 'protected', from: null });
    });

    it('R5-C7 its ref takes it with new bytes, and nobody is kept from it then', async () => {
      const ref = 'refs/tags/v1.0.0';
      await pass({ image: 1, ref, tags: { '1.0.0': 'ref', latest: 'neither' } });
      await remove(1);
      await pass({ image: 2, ref: 'refs/tags/1.0.0', commit: twin, tags: { '1.0.0': 'ref' } });
      expect(await target('1.0.0')).toBeNull();
      await pass({ image: 3, ref, tags: { '1.0.0': 'ref' } });
      await pass({ image: 4, ref: 'refs/heads/main', tags: { latest: 'neither' } });
      expect([await target('1.0.0'), await target('latest')]).toEqual([digestOf(3), digestOf(4)]);
      expect(await kept()).toEqual([]);
    });

    it('R5-C7 an older build, and one that makes the deleted bytes again, bring it not back', async () => {
      const ref = 'refs/heads/main';
      await pass({ image: 5, ref, tags: { latest: 'neither' } });
      await remove(5);
      await pass({ image: 4, ref, tags: { latest: 'neither' } });
      await pass({ image: 5, ref, tags: { latest: 'neither' }, sequence: 9 });
      expect(await target('latest')).toBeNull();
      expect(await kept()).toMatchObject([{ tag: 'latest', digest: digestOf(5) }]);
    });

    it('R5-C7 anybody gets it when a person has given it free, and the audit says who', async () => {
      await pass({ image: 1, ref: 'refs/heads/main', tags: { prod: 'neither' } });
      await remove(1);
      const tags = new KeptTagRepository(world.db);
      expect(await tags.free(await place(), 'other', actor)).toBe(false);
      expect(await tags.free(await place(), 'prod', actor)).toBe(true);
      const entry = await world.db.prisma.auditEntry.findFirst({ where: { projectId, action: 'tag.free' } });
      expect(entry).toMatchObject({ actorName: 'Ada', subjectId: 'prod', before: { ref: 'refs/heads/main' } });
      await pass({ image: 2, ref: 'refs/heads/prod', zone: 'branch', tags: { prod: 'ref' } });
      expect(await target('prod')).toBe(digestOf(2));
    });

    it('V7-L2 no person points a tag to it from the begin of its deletion on', async () => {
      await pass({ image: 1, ref: 'refs/heads/main', tags: { main: 'ref' } });
      const [deletion, plans] = [new ImageDeletion(world.db), new TagPlans(world.db)];
      const request = { digest: digestOf(1), tags: ['main'], comment: 'leak', graceDays: 0 };
      await deletion.schedule(await place(), request, actor);
      expect(await plans.find(projectId, 'prod', digestOf(1))).toMatchObject({ kind: 'new' });
      await world.db.prisma.retentionCandidate.updateMany({ data: { deleteAfter: new Date(0) } });
      const [due] = await deletion.due(projectId);
      expect(await deletion.begin(projectId, due!.id)).toMatchObject({ digest: digestOf(1) });

      expect(await plans.find(projectId, 'prod', digestOf(1))).toMatchObject({ kind: 'deleting' });
      const wish = { id: newId(), projectId, digest: digestOf(1) };
      await world.db.prisma.imageVerification.create({ data: { ...wish, ok: true, checks: [] } });
      const asked = await world.db.prisma.trustRequest.create({
        data: { ...wish, action: 'retag', tag: 'prod', askedBy: 'ada' },
      });
      const outcome = await new TrustRequestRepository(world.db).retag(asked as TrustRequestRecord, tenure);
      expect(outcome).toEqual({ ok: false, note: 'The deletion of this image has begun.' });
      expect(await target('prod')).toBeNull();
      // What was begun goes on, and is not kept for that tag.
      expect(await deletion.begin(projectId, due!.id)).toMatchObject({ digest: digestOf(1) });
    });

    it('R5-C7 keeps no tag of a branch', async () => {
      await pass({ image: 1, ref: 'refs/heads/a', zone: 'branch', tags: { a: 'ref' } });
      await remove(1);
      expect(await kept()).toEqual([]);
    });
  });
});
