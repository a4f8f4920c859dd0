import { readBuildFilter } from '@cooperage/domain';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import {
  BuildLists,
  ImageRepository,
  newId,
  OverviewRepository,
  ProjectGlance,
  SignatureRepository,
  type StoredVerdict,
} from '../index.js';

const minute = 60_000;
const digest = `sha256:${'d'.repeat(64)}`;

describe('what is said of an image that no tag points to', () => {
  let world: World;
  let projectId: string;
  let place: { organizationId: string; slug: string; organization: { slug: string } };

  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());
  afterEach(() => world.reset());
  beforeEach(async () => {
    const { prisma } = world.db;
    projectId = await world.project();
    await prisma.project.update({ where: { id: projectId }, data: { visibility: 'public', defaultBranch: 'main' } });
    const select = { organizationId: true, slug: true, organization: { select: { slug: true } } };
    place = await prisma.project.findUniqueOrThrow({ where: { id: projectId }, select });
    const { id: buildId, commit } = await world.build(projectId);
    await prisma.build.update({
      where: { id: buildId },
      data: { status: 'succeeded', digest, finishedAt: new Date() },
    });
    const image = { mediaType: 'm', sizeBytes: 1n, platforms: [], buildId, commit };
    await prisma.image.create({ data: { id: newId(), projectId, digest, ...image } });
    await keyIs('signing');
  });

  const ago = (minutes: number) => new Date(Date.now() - minutes * minute);
  const keyIs = (state: string, times: { createdAt?: Date; retiredAt?: Date; verifyUntil?: Date } = {}) =>
    world.db.prisma.signingKey.create({ data: { id: newId(), projectId, state, createdAt: ago(90), ...times } });
  const verified = (minutes: number, verdict: StoredVerdict = 'verified') =>
    world.db.prisma.imageVerification.create({
      data: { id: newId(), projectId, digest, ok: verdict === 'verified', verdict, checks: [], at: ago(minutes) },
    });
  const listed = async (text = '') => {
    const read = readBuildFilter(text);
    if (!read.ok) throw new Error(text);
    const filter = { terms: read.terms, reader: { name: 'Ada', email: 'ada@acme.example' } };
    return (await new BuildLists(world.db).list([place.organizationId], filter, { after: null, limit: 9 })).items;
  };
  /** What each page and the badge say. */
  async function said() {
    const image = await new ImageRepository(world.db).find(projectId, digest);
    const [build] = await listed();
    const badge = await new ProjectGlance(world.db).badge(place.organization.slug, place.slug, null);
    const signature = await new SignatureRepository(world.db).newestVerification(projectId, digest);
    const concerns = await new OverviewRepository(world.db).unverifiedImages([place.organizationId]);
    return {
      ...{ image: image?.verified, verdict: image?.verdict, build: build?.verified, badge: badge?.verified },
      ...{ signature: signature?.verdict ?? null, concerns: concerns.length },
      signed: (await listed('signed:yes')).length - (await listed('signed:no')).length,
    };
  }
  const holds = {
    ...{ image: true, verdict: 'verified', build: true, badge: true, signature: 'verified', concerns: 0, signed: 1 },
  };
  const saysNothing = {
    ...{ image: null, verdict: null, build: null, badge: null, signature: null, concerns: 1, signed: -1 },
  };

  it('R22A-3 is that it is verified, where all keys that counted then count still, or had stopped before', async () => {
    await keyIs('verify_only');
    await keyIs('verify_only', { verifyUntil: new Date(Date.now() + minute) });
    await keyIs('verify_only', { verifyUntil: ago(9) });
    await keyIs('revoked', { retiredAt: ago(9) });
    // R23A-4: it had not verified anything since its time was over, or was not there yet.
    await keyIs('revoked', { retiredAt: ago(3), verifyUntil: ago(9) });
    await keyIs('revoked', { createdAt: ago(4), retiredAt: ago(3) });
    await verified(5);
    expect(await said()).toEqual(holds);
  });

  it.each([
    ['was revoked', 'revoked', { retiredAt: ago(3) }],
    ['is over by its time', 'verify_only', { retiredAt: ago(60), verifyUntil: ago(3) }],
  ] as const)('R22A-3 is nothing any more since a key %s, until it is verified again', async (_what, state, times) => {
    await keyIs(state, times);
    await verified(5);
    expect(await said()).toEqual(saysNothing);
    await verified(1);
    expect(await said()).toEqual(holds);
  });

  it('R22A-6 is on the badge what was found before, where the registry does not answer', async () => {
    await verified(5, 'impossible');
    expect(await said()).toMatchObject({ image: null, badge: null });
    await verified(3);
    await verified(1, 'impossible');
    expect(await said()).toMatchObject({ badge: true });
    await verified(1, 'gone');
    await verified(0, 'impossible');
    expect(await said()).toMatchObject({ badge: false });
  });

  it('R22A-3 is a fault that was found, whatever keys stopped counting since', async () => {
    await keyIs('revoked', { retiredAt: ago(3) });
    await verified(5, 'untrusted');
    expect(await said()).toMatchObject({ image: false, verdict: 'untrusted', build: false, badge: false, concerns: 1 });
  });
});
