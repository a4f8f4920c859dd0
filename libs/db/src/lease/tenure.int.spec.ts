import type { Zone } from '@cooperage/domain';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import {
  AttemptRepository,
  type Database,
  newId,
  PublishRepository,
  TenureRepository,
  type TrustRequestRecord,
  TrustRequestRepository,
} from '../index.js';

const facts = (n: number) => ({
  digest: `sha256:${String(n).repeat(64)}`,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  sizeBytes: 100,
  baseImages: [],
  stepsTotal: 1,
  stepsCached: 0,
  warnings: [],
  exportCache: false,
});

describe('publisher tenures', () => {
  let world: World;
  let tenures: TenureRepository;
  let publishes: PublishRepository;
  beforeAll(async () => {
    world = await World.open();
    tenures = new TenureRepository(world.db);
    publishes = new PublishRepository(world.db);
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const control = () => world.processes.start('control', 'c', {});
  const acquired = async (projectId: string, instanceId: string, leaseMs = 30_000) => {
    const outcome = await tenures.acquire(projectId, instanceId, leaseMs);
    if (!outcome.ok) throw new Error('not acquired');
    return outcome.tenure;
  };

  const aMinuteLater = () =>
    world.db.prisma.$executeRaw`UPDATE publisher_tenure
      SET lease_until = lease_until - interval '1 minute', token_dead_at = token_dead_at - interval '1 minute'`;

  it('are held by one of many that want it', async () => {
    const project = await world.project();
    const all = await Promise.all(Array.from({ length: 10 }, control));
    const outcomes = await Promise.all(all.map((id) => tenures.acquire(project, id, 30_000)));
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
    const waits = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.waitMs]));
    expect(Math.min(...waits)).toBeGreaterThan(20_000);
  });

  it('keep their fence when renewed, and raise it each time they are taken', async () => {
    const project = await world.project();
    const [a, b] = [await control(), await control()];
    const first = await acquired(project, a);
    expect(await tenures.renew(first)).toBe(true);
    // R-M5: not even by its holder, of whom a request may be on its way.
    expect(await tenures.acquire(project, a, 30_000)).toMatchObject({ ok: false });
    await tenures.release(first);
    const second = await acquired(project, a);
    expect(second.fence).toBe(first.fence + 1n);
    expect(await tenures.renew(first)).toBe(false);
    await world.processes.end(a, 'exited');
    expect((await acquired(project, b)).fence).toBe(second.fence + 1n);
    expect(await tenures.renew(second)).toBe(false);
  });

  it('that are over are not renewed: nobody holds what it did not ask for', async () => {
    const project = await world.project();
    const tenure = await acquired(project, await control(), 60_000);
    await aMinuteLater();
    expect(await tenures.renew(tenure)).toBe(false);
    expect((await tenures.acquire(project, await control(), 30_000)).ok).toBe(true);
  });

  it('that are given back are there for another process at once', async () => {
    const project = await world.project();
    const [a, b] = [await control(), await control()];
    const mine = await acquired(project, a);
    expect((await tenures.acquire(project, b, 30_000)).ok).toBe(false);
    await tenures.release(mine);
    const theirs = await acquired(project, b);
    await tenures.release(mine);
    expect(await tenures.renew(theirs)).toBe(true);
  });

  it('that are given back are over in the same millisecond, however the moment is rounded', async () => {
    const project = await world.project();
    const instance = await control();
    for (let round = 0; round < 12; round += 1) {
      const mine = await acquired(project, instance);
      const [row] = await world.db.prisma.$transaction(async (tx) => {
        const inOne = { statement: (work: (db: typeof tx) => Promise<unknown>) => work(tx) } as unknown as Database;
        await new TenureRepository(inOne).release(mine);
        return tx.$queryRaw<{ over: boolean }[]>`
          SELECT lease_until <= now() AND token_dead_at <= now() AS over FROM publisher_tenure`;
      });
      expect(row).toEqual({ over: true });
    }
  });

  it('of a project that is gone are held by nobody', async () => {
    expect(await tenures.acquire(newId(), await control(), 30_000)).toEqual({ ok: false, waitMs: 0 });
  });

  it('cannot change hands while a gate is passed in their name', async () => {
    const project = await world.project();
    const builder = await world.builder();
    const built = await new AttemptRepository(world.db).built(await world.claimed(project, builder), builder, facts(1));
    if (!built.ok) throw new Error(built.reason);
    const old = await acquired(project, await control());
    const passing = await world.db.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE publisher_tenure SET fence = fence + 1 WHERE project_id = ${project}::uuid`;
      const gate = publishes.passGate(built.build, old, { platforms: [] });
      // The gate waits for the take-over that has not committed yet.
      expect(await Promise.race([gate, new Promise((resolve) => setTimeout(resolve, 200))])).toBeUndefined();
      return { gate };
    });
    expect(await passing.gate).toEqual({ ok: false, reason: 'stale' });
    expect(await publishes.tagsOf(built.build)).toEqual([]);
  });

  it('of a silent process are not given on before its token is dead', async () => {
    const project = await world.project();
    const [a, b] = [await control(), await control()];
    await acquired(project, a, 60_000);
    await world.processes.end(a, 'silent');
    expect((await tenures.acquire(project, b, 60_000)).ok).toBe(false);
    await aMinuteLater();
    expect((await tenures.acquire(project, b, 60_000)).ok).toBe(true);
  });

  it('guard the gate: a publisher whose tenure went to another passes nothing', async () => {
    const project = await world.project();
    const builder = await world.builder();
    const attempt = await world.claimed(project, builder);
    const built = await new AttemptRepository(world.db).built(attempt, builder, facts(1));
    if (!built.ok) throw new Error(built.reason);
    const [a, b] = [await control(), await control()];
    const old = await acquired(project, a);
    await world.processes.end(a, 'exited');
    const mine = await acquired(project, b);
    expect(await publishes.passGate(built.build, old, { platforms: [] })).toEqual({ ok: false, reason: 'stale' });
    expect(await publishes.tagsOf(built.build)).toEqual([]);
    expect(await publishes.passGate(built.build, mine, { platforms: [] })).toMatchObject({
      ok: true,
      build: { stage: 'publishing' },
    });
    expect(await publishes.succeed(built.build, old)).toEqual({ ok: false, reason: 'stale' });
    expect(await publishes.succeed(built.build, mine)).toMatchObject({ ok: true, build: { status: 'succeeded' } });
  });

  it('never move a tag back: an older build that ends later leaves it where it is', async () => {
    const project = await world.project();
    const builder = await world.builder();
    const tenure = await acquired(project, await control());
    const pass = async (n: number, sequence: bigint) => {
      const attempt = await world.claimed(project, builder);
      await world.db.prisma.build.update({ where: { id: attempt.build.id }, data: { sequence } });
      const built = await new AttemptRepository(world.db).built(attempt, builder, facts(n));
      if (!built.ok) throw new Error(built.reason);
      await publishes.passGate(built.build, tenure, { platforms: [] });
      return built.build;
    };
    const newer = await pass(2, 20n);
    const older = await pass(3, 10n);
    expect(await publishes.tagsOf(older)).toEqual([]);
    expect(await publishes.tagsOf(newer)).toEqual([{ tag: 'main', digest: facts(2).digest }]);
    expect(await world.db.prisma.tagMove.count({ where: { projectId: project } })).toBe(1);
  });

  it('R-H5 give a tag of the zone protected to no build and by no hand to another zone, whatever came later [A3 protected tags]', async () => {
    const project = await world.project();
    const builder = await world.builder();
    const tenure = await acquired(project, await control());
    const pass = async (n: number, zone: Zone) => {
      const attempt = await world.claimed(project, builder);
      // As if nothing had looked at its tags before.
      await world.db.prisma.build.update({ where: { id: attempt.build.id }, data: { zone, sequence: BigInt(n) } });
      const built = await new AttemptRepository(world.db).built(attempt, builder, facts(n));
      if (!built.ok) throw new Error(built.reason);
      await publishes.passGate(built.build, tenure, { platforms: [] });
      return built.build;
    };
    await pass(1, 'branch');
    const release = await pass(2, 'protected');
    const branch = await pass(3, 'branch');
    expect(await publishes.tagsOf(branch)).toEqual([]);
    expect(await publishes.targetOf(project, 'main')).toBe(facts(2).digest);
    expect(await publishes.tagsOf(release)).toEqual([{ tag: 'main', digest: facts(2).digest }]);
    const wish = { id: newId(), projectId: project, digest: facts(3).digest };
    await world.db.prisma.imageVerification.create({ data: { ...wish, ok: true, checks: [] } });
    const request = await world.db.prisma.trustRequest.create({
      data: { ...wish, action: 'retag', tag: 'main', askedBy: 'ada' },
    });
    const outcome = await new TrustRequestRepository(world.db).retag(request as TrustRequestRecord, tenure);
    expect(outcome).toMatchObject({ ok: false, note: expect.stringContaining('protected') });
    expect(await publishes.targetOf(project, 'main')).toBe(facts(2).digest);
  });

  it.each<[readonly string[], string, string]>([
    [['branch 9', 'protected 3'], 'protected 3', 'an older observation of a protected ref takes it from a branch'],
    [['protected 3', 'branch 9'], 'protected 3', 'a newer observation of a branch does not take it back'],
    [['protected 3', 'protected 2'], 'protected 3', 'an older one of a protected ref does not'],
    [['branch 9', 'branch 3'], 'branch 9', 'inside a zone the newest observation has it'],
    [['branch 3', 'branch 9', 'protected 1', 'branch 10', 'protected 2'], 'protected 2', 'whatever the order'],
  ])('R-N12 compare the zone before the sequence: of %s the tag is at %s: %s', async (order, owner, _why) => {
    const project = await world.project();
    const builder = await world.builder();
    const tenure = await acquired(project, await control());
    const digests = new Map<string, string>();
    for (const [at, name] of order.entries()) {
      const [zone, sequence] = name.split(' ') as [Zone, string];
      const attempt = await world.claimed(project, builder);
      await world.db.prisma.build.update({
        where: { id: attempt.build.id },
        data: { zone, sequence: BigInt(sequence) },
      });
      const built = await new AttemptRepository(world.db).built(attempt, builder, facts(at + 1));
      if (!built.ok) throw new Error(built.reason);
      await publishes.passGate(built.build, tenure, { platforms: [] });
      digests.set(name, facts(at + 1).digest);
    }
    expect(await publishes.targetOf(project, 'main')).toBe(digests.get(owner));
  });

  it('R5-C1 leave an image of a protected ref with its build when a branch makes the same bytes, so that its tags stay protected', async () => {
    const project = await world.project();
    const builder = await world.builder();
    const tenure = await acquired(project, await control());
    const pass = async (n: number, zone: Zone, sequence: number) => {
      const attempt = await world.claimed(project, builder);
      await world.db.prisma.build.update({
        where: { id: attempt.build.id },
        data: { zone, sequence: BigInt(sequence), tags: zone === 'protected' ? ['main'] : ['prod'] },
      });
      const built = await new AttemptRepository(world.db).built(attempt, builder, facts(n));
      if (!built.ok) throw new Error(built.reason);
      await publishes.passGate(built.build, tenure, { platforms: [] });
      return built.build;
    };
    const release = await pass(1, 'protected', 1);
    await world.db.prisma.build.update({ where: { id: (await pass(1, 'branch', 2)).id }, data: { tags: [] } });
    const image = await world.db.prisma.image.findFirst({ where: { projectId: project, digest: facts(1).digest } });
    expect(image).toMatchObject({ buildId: release.id });
    const wish = { id: newId(), projectId: project, digest: facts(1).digest };
    await world.db.prisma.imageVerification.create({ data: { ...wish, ok: true, checks: [] } });
    await world.db.prisma.imageTag.deleteMany({ where: { projectId: project, tag: 'prod' } });
    const request = await world.db.prisma.trustRequest.create({
      data: { ...wish, action: 'retag', tag: 'prod', askedBy: 'ada' },
    });
    expect(await new TrustRequestRepository(world.db).retag(request as TrustRequestRecord, tenure)).toMatchObject({
      ok: true,
    });
    await pass(3, 'branch', 3);
    expect(await publishes.targetOf(project, 'prod')).toBe(facts(1).digest);
    const later = await pass(4, 'protected', 4);
    const again = await pass(4, 'protected', 5);
    expect(again.id > later.id).toBe(true);
    expect(
      await world.db.prisma.image.findFirst({ where: { projectId: project, digest: facts(4).digest } }),
    ).toMatchObject({ buildId: again.id });
  });

  it('S-110 move no tag for strangers’ code, by no build and by no hand, and give it nobody’s image', async () => {
    const project = await world.project();
    const builder = await world.builder();
    const tenure = await acquired(project, await control());
    const pass = async (n: number, zone: Zone) => {
      const attempt = await world.claimed(project, builder);
      // As if a mistake elsewhere had left it its tags.
      await world.db.prisma.build.update({ where: { id: attempt.build.id }, data: { zone, sequence: BigInt(n) } });
      const built = await new AttemptRepository(world.db).built(attempt, builder, facts(n % 10));
      if (!built.ok) throw new Error(built.reason);
      await publishes.passGate(built.build, tenure, { platforms: [] });
      return built.build;
    };
    const trusted = await pass(1, 'protected');
    const same = await pass(11, 'fork');
    const other = await pass(12, 'fork');
    for (const build of [same, other]) expect(await publishes.tagsOf(build)).toEqual([]);
    expect(await publishes.tagsOf(trusted)).toEqual([{ tag: 'main', digest: facts(1).digest }]);
    const imageOf = (digest: string) => world.db.prisma.image.findFirst({ where: { projectId: project, digest } });
    expect(await imageOf(facts(1).digest)).toMatchObject({ buildId: trusted.id });
    expect(await imageOf(facts(2).digest)).toMatchObject({ buildId: other.id });
    const trust = new TrustRequestRepository(world.db);
    const wish = { id: newId(), projectId: project, digest: facts(2).digest };
    await world.db.prisma.imageVerification.create({ data: { ...wish, ok: true, checks: [] } });
    const request = await world.db.prisma.trustRequest.create({
      data: { ...wish, action: 'retag', tag: 'latest', askedBy: 'ada' },
    });
    expect(await trust.retag(request as TrustRequestRecord, tenure)).toMatchObject({
      ok: false,
      note: expect.stringContaining('fork zone'),
    });
  });
});
