import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import {
  ImageLists,
  newId,
  PublishRepository,
  ReverificationRepository,
  SigningRepository,
  type StoredVerdict,
  TenureRepository,
  type TrustRequestRecord,
  TrustRequestRepository,
} from '../index.js';

const digest = `sha256:${'1'.repeat(64)}`;

describe('verifications and the keys that they were made by', () => {
  let world: World;
  let keys: SigningRepository;
  let requests: TrustRequestRepository;

  beforeAll(async () => {
    world = await World.open();
    keys = new SigningRepository(world.db);
    requests = new TrustRequestRepository(world.db);
  });
  afterAll(() => world.close());
  afterEach(() => world.reset());

  /** A project with a key, and a build of it before the gate. */
  const built = async () => {
    const projectId = await world.project();
    const key = await keys.addFirstKey(projectId, { publicKeyPem: 'pem', hint: '', sealed: Buffer.from('x') });
    const builder = await world.builder();
    const attempt = await world.claimed(projectId, builder);
    const facts = { digest, mediaType: 'application/vnd.oci.image.manifest.v1+json', sizeBytes: 1 };
    const rest = { baseImages: [], stepsTotal: 1, stepsCached: 0, warnings: [], exportCache: false };
    const outcome = await world.attempts.built(attempt, builder, { ...facts, ...rest });
    const control = await world.processes.start('control', 'c', {});
    const tenure = await new TenureRepository(world.db).acquire(projectId, control, 60_000);
    if (!outcome.ok || !tenure.ok) throw new Error('the build cannot be published');
    const gate = () =>
      new PublishRepository(world.db).passGate(outcome.build, tenure.tenure, { platforms: [] }, [key!.id]);
    return {
      projectId,
      keyId: key!.id,
      gate,
      tenure: tenure.tenure,
      found: { projectId, digest, buildId: outcome.build.id, checks: [] },
    };
  };
  /** The tag `main` points to its image. */
  const published = async () => {
    const { gate, ...rest } = await built();
    expect(await gate()).toMatchObject({ ok: true });
    return rest;
  };
  const asked = async (request: Pick<TrustRequestRecord, 'projectId' | 'action'> & Partial<TrustRequestRecord>) =>
    (await world.db.prisma.trustRequest.create({
      data: { ...request, id: newId(), askedBy: 'ada' },
    })) as TrustRequestRecord;

  it('R5-C4 leave the image due in a round that began after the keys were read', async () => {
    const { projectId, found } = await published();
    const rounds = new ReverificationRepository(world.db);
    const read = await keys.verifyingKeys(projectId);
    const startedAt = await rounds.begin(projectId, true);
    expect(await keys.recordVerification({ ...found, verdict: 'verified', keys: read })).toBe(true);
    expect(await rounds.due(projectId, startedAt, 5)).toEqual([{ digest, buildId: found.buildId }]);
    await expect.poll(async () => (await keys.verifyingKeys(projectId)).at >= startedAt).toBe(true);
    const later = await keys.verifyingKeys(projectId);
    expect(await keys.recordVerification({ ...found, verdict: 'verified', keys: later })).toBe(true);
    expect(await rounds.due(projectId, startedAt, 5)).toEqual([]);
  });

  it('R5-C4 are not written as verified where one of these keys was revoked since, but as anything else', async () => {
    const { projectId, keyId, found } = await published();
    const read = await keys.verifyingKeys(projectId);
    expect(read.trusted.map(({ id }) => id)).toEqual([keyId]);
    expect(await requests.revoke(await asked({ projectId, action: 'revoke', keyId }))).toEqual({ ok: true });
    expect(await keys.recordVerification({ ...found, verdict: 'verified', keys: read })).toBe(false);
    expect(await keys.recordVerification({ ...found, verdict: 'gone', keys: read })).toBe(true);
    const rows = await world.db.prisma.imageVerification.findMany({ where: { projectId } });
    expect(rows.map(({ verdict, at }) => [verdict, at])).toEqual([['gone', read.at]]);
    expect(await keys.verifyingKeys(projectId)).toMatchObject({ trusted: [], former: ['pem'] });
  });

  it('R5-C4 let no tag move to an image whose last one is older than a revocation', async () => {
    const { projectId, keyId, found, tenure } = await published();
    const retag = async (tag: string) =>
      requests.retag(await asked({ projectId, action: 'retag', tag, digest }), tenure);
    await keys.recordVerification({ ...found, verdict: 'verified', keys: await keys.verifyingKeys(projectId) });
    expect(await retag('before')).toEqual({ ok: true });
    await requests.revoke(await asked({ projectId, action: 'revoke', keyId }));
    expect(await retag('after')).toMatchObject({ ok: false, note: expect.stringContaining('a key stopped counting') });
    await expect
      .poll(async () => {
        await keys.recordVerification({ ...found, verdict: 'verified', keys: await keys.verifyingKeys(projectId) });
        return retag('after');
      })
      .toEqual({ ok: true });
  });

  it('R5-C9 answer a second handler of a request with what the first one decided', async () => {
    const { projectId, tenure, found } = await published();
    const request = await asked({ projectId, action: 'retag', tag: 'prod', digest });
    const refused = await requests.retag(request, tenure);
    expect(refused).toMatchObject({ ok: false, note: expect.stringContaining('does not verify') });
    await keys.recordVerification({ ...found, verdict: 'verified', keys: await keys.verifyingKeys(projectId) });
    expect(await requests.retag(request, tenure)).toEqual(refused);
    const another = await asked({ projectId, action: 'retag', tag: 'prod', digest });
    expect(await requests.retag(another, tenure)).toEqual({ ok: true });
    expect(await requests.retag(another, tenure)).toEqual({ ok: true });
  });

  it('R5-C9 let nobody point a tag whose right to write the repository has ended, and decide nothing', async () => {
    const { projectId, tenure, found } = await published();
    await keys.recordVerification({ ...found, verdict: 'verified', keys: await keys.verifyingKeys(projectId) });
    const request = await asked({ projectId, action: 'retag', tag: 'prod', digest });
    expect(await requests.retag(request, { ...tenure, fence: tenure.fence + 1n })).toBe('stale');
    expect(await world.db.prisma.imageTag.count({ where: { projectId, tag: 'prod' } })).toBe(0);
    expect(await requests.retag(request, tenure)).toEqual({ ok: true });
  });

  it('R5-C10 leave an image with a fault in the list of such while its registry cannot be asked', async () => {
    const { projectId, found } = await published();
    const { organizationId } = await world.db.prisma.project.findUniqueOrThrow({ where: { id: projectId } });
    const failing = async () =>
      (await new ImageLists(world.db).failing([organizationId], 5)).map((image) => image.digest);
    const rounds = new ReverificationRepository(world.db);
    const counted = async () => {
      await rounds.begin(projectId, true);
      await rounds.finish(projectId);
      return world.db.prisma.reverification.findUnique({
        where: { projectId },
        select: { images: true, failing: true, unknown: true },
      });
    };
    const record = async (verdict: StoredVerdict) =>
      keys.recordVerification({ ...found, verdict, keys: await keys.verifyingKeys(projectId) });
    await record('impossible');
    expect([await failing(), await counted()]).toEqual([[], { images: 1, failing: 0, unknown: 1 }]);
    await record('mismatch');
    await record('impossible');
    expect([await failing(), await counted()]).toEqual([[digest], { images: 1, failing: 1, unknown: 0 }]);
    await record('verified');
    await record('impossible');
    expect([await failing(), await counted()]).toEqual([[], { images: 1, failing: 0, unknown: 1 }]);
  });

  it('R5-C4 the gate waits for a revocation that is under way, and is refused by it', async () => {
    const { projectId, keyId, gate } = await built();
    const { passed } = await world.db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM project WHERE id = ${projectId}::uuid FOR UPDATE`;
      await tx.signingKey.update({ where: { id: keyId }, data: { state: 'revoked' } });
      const passing = gate();
      const waiting = () => world.db.prisma.$queryRaw<unknown[]>`
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await expect.poll(async () => (await waiting()).length).toBeGreaterThan(0);
      return { passed: passing };
    });
    expect(await passed).toEqual({ ok: false, reason: 'stale' });
    expect(await world.db.prisma.imageTag.count({ where: { projectId } })).toBe(0);
  });
});
