import { setImmediate } from 'node:timers/promises';
import {
  BuildNotes,
  BuildProjectRepository,
  BuildRepository,
  type OutboxItem,
  OutboxRepository,
  PublishRepository,
  QuotaRepository,
  SigningRepository,
  TenureRepository,
} from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import { RegistryError } from '@cooperage/oci';
import { createLogger, createMetrics } from '@cooperage/telemetry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { World } from '../../../../../libs/db/spec/world.js';
import { FaultsInARow } from './faults-in-a-row.js';
import { ImageQuota } from './image-quota.js';
import { PublishService } from './publish.service.js';
import type { PublisherSession, PublisherSessions } from './publisher-session.js';
import { Turns } from './turns.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const metrics = createMetrics({ version: '0', commit: 'test' });
const facts = {
  digest: `sha256:${'1'.repeat(64)}`,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  ...{ sizeBytes: 1, baseImages: [], stepsTotal: 1, stepsCached: 0, warnings: [], exportCache: false },
};
const points = ['inspect', 'sign', 'verify', 'put'] as const;
type Point = (typeof points)[number];

describe('a publication on PostgreSQL', () => {
  /** The clock of control, milliseconds. */
  let nowMs = 0;
  let world: World;
  let builds: BuildRepository;
  let buildId: string;
  let project: string;
  /** What happens at a point of the publication, instead of the work there. */
  let at: Partial<Record<Point, () => Promise<void>>>;
  let puts: string[];

  beforeAll(async () => {
    world = await World.open();
    builds = new BuildRepository(world.db);
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    at = {};
    puts = [];
    const builder = await world.builder();
    project = await world.project();
    const attempt = await world.claimed(project, builder);
    await world.attempts.built(attempt, builder, facts);
    buildId = attempt.build.id;
  });
  afterEach(() => world.reset());

  /** The service of one control process, with a registry that only counts. */
  const control = async () => {
    const instance = await world.processes.start('control', 'c', {});
    const tenures = new TenureRepository(world.db);
    const turns = new Turns();
    const tags = {
      put: async (_repository: string, tag: string, digest: string) => {
        await at.put?.();
        puts.push(`${tag} ${digest.slice(7, 9)}`);
      },
    };
    const sessions = {
      with: (id: string, work: (session: PublisherSession) => Promise<unknown>) =>
        turns.take(id, async () => {
          const outcome = await tenures.acquire(id, instance, 30_000);
          if (!outcome.ok) return outcome;
          const signal = new AbortController().signal;
          const session = { tenure: outcome.tenure, registry: { tags }, signal } as unknown as PublisherSession;
          // As where every write was answered.
          const value = await work(session).finally(() => tenures.release(outcome.tenure));
          return { ok: true, value };
        }),
    };
    const service = new PublishService(
      {
        ...{ builds, notes: new BuildNotes(world.db), projects: new BuildProjectRepository(world.db) },
        publishes: new PublishRepository(world.db),
        sessions: sessions as unknown as PublisherSessions,
        inspect: {
          into: async (
            _session: unknown,
            _build: unknown,
            _project: unknown,
            admit: (bytes: number) => Promise<void>,
          ) => {
            await at.inspect?.();
            await admit(7);
            return { subject: undefined, totalBytes: 7, platforms: ['linux/amd64'] };
          },
        } as never,
        sign: { attach: async () => at.sign?.() } as never,
        verify: {
          check: async () => {
            const where = { projectId: project, state: { not: 'revoked' } };
            const trusted = await world.db.prisma.signingKey.findMany({ where, select: { id: true } });
            await at.verify?.();
            return trusted.map(({ id }) => id);
          },
        } as never,
        quota: new ImageQuota(new QuotaRepository(world.db)),
        ...{ metrics, logger },
      },
      new FaultsInARow(() => nowMs),
    );
    return { instance, service };
  };
  const item = (change: Partial<OutboxItem> = {}): OutboxItem => ({
    ...{
      id: 1n,
      topic: 'publish',
      subjectId: buildId,
      groupId: project,
      attempts: 1,
      unfinished: 0,
      failures: 0,
      ageMs: 10,
      dueMs: 10,
    },
    ...change,
  });
  const build = async () => (await builds.find(buildId))!;
  const tagMoves = () => world.db.prisma.tagMove.count({ where: { projectId: project } });

  it('signs, passes the gate and moves tags, each once', async () => {
    const { service } = await control();
    expect(await service.handle(item())).toEqual({ done: true });
    expect(await build()).toMatchObject({ status: 'succeeded' });
    expect([puts, await tagMoves()]).toEqual([['main 11'], 1]);
    expect(await service.handle(item())).toEqual({ done: true });
    expect(puts).toHaveLength(1);
  });

  it('of an image over the quota of its organization fails with what is used up, and moves no tag', async () => {
    const { organizationId } = await build();
    const quota = (imageBytes: number) =>
      world.db.prisma.quota.upsert({
        ...{ where: { scope: organizationId }, create: { scope: organizationId, imageBytes }, update: { imageBytes } },
      });
    await quota(6);
    expect(await (await control()).service.handle(item())).toEqual({ done: true });
    const failed = await build();
    expect(failed).toMatchObject({ status: 'failed', failure: { code: 'QuotaExceeded' } });
    expect(failed.failure?.message).toContain('images, 7 B of 6 B');
    expect([puts, await tagMoves()]).toEqual([[], 0]);
  });

  it('of an image that just fits goes on', async () => {
    const { organizationId } = await build();
    await world.db.prisma.quota.create({ data: { scope: organizationId, imageBytes: 7 } });
    expect(await (await control()).service.handle(item())).toEqual({ done: true });
    expect(await build()).toMatchObject({ status: 'succeeded' });
  });

  it('moves one tag after the other', async () => {
    await world.db.prisma.build.update({ where: { id: buildId }, data: { tags: ['main', 'latest', 'v1'] } });
    let underWay = 0;
    const most: number[] = [];
    at.put = async () => {
      most.push(++underWay);
      await setImmediate();
      underWay--;
    };
    expect(await (await control()).service.handle(item())).toEqual({ done: true });
    expect(puts).toEqual(['latest 11', 'main 11', 'v1 11']);
    expect(most).toEqual([1, 1, 1]);
  });

  it.each(points)('that breaks at %s is done again, whoever does it, and ends once', async (point) => {
    at[point] = () => Promise.reject(new RegistryError('unavailable', 'gone'));
    const first = await control();
    expect(await first.service.handle(item())).toMatchObject({ done: false });
    expect(await build()).toMatchObject({ status: 'running', waitReason: 'registry_unavailable' });
    await world.processes.end(first.instance, 'exited');
    at = {};
    expect(await (await control()).service.handle(item({ attempts: 2 }))).toEqual({ done: true });
    expect(await build()).toMatchObject({ status: 'succeeded', waitReason: null });
    expect([puts, await tagMoves()]).toEqual([['main 11'], 1]);
  });

  it.each(points.slice(0, 3))('canceled at %s moves no tag and is over', async (point) => {
    at[point] = async () => void (await builds.requestCancel(buildId, 'ada'));
    expect(await (await control()).service.handle(item())).toEqual({ done: true });
    expect(await build()).toMatchObject({ status: 'canceled', failure: null });
    expect([puts, await tagMoves()]).toEqual([[], 0]);
  });

  it('canceled behind the gate is not: the cancel is told that it came too late', async () => {
    const answers: unknown[] = [];
    at.put = async () => void answers.push(await builds.requestCancel(buildId, 'ada'));
    expect(await (await control()).service.handle(item())).toEqual({ done: true });
    expect(answers).toEqual([{ ok: false, reason: 'too_late' }]);
    expect(await build()).toMatchObject({ status: 'succeeded' });
  });

  it('behind the gate is never given up, although the registry is away for longer than anybody waits', async () => {
    at.put = () => Promise.reject(new RegistryError('unavailable', 'gone'));
    const { service } = await control();
    const old = { attempts: 60, ageMs: 3_600_000 };
    // The gate is passed within this very call: what was known of the build when it began says nothing of it.
    for (let tries = 0; tries < 12; tries++) {
      expect(await service.handle(item(old))).toMatchObject({ done: false });
      nowMs += 60_000;
    }
    expect(await build()).toMatchObject({ status: 'running', stage: 'publishing', waitReason: 'registry_unavailable' });
    at = {};
    expect(await service.handle(item(old))).toEqual({ done: true });
    expect(await build()).toMatchObject({ status: 'succeeded' });
  });

  it('R2-H1 is only put back behind the gate where control ended again and again over it', async () => {
    const often = item({ attempts: 11, unfinished: 11, ageMs: 660_000 });
    at.put = () => Promise.reject(new RegistryError('unavailable', 'gone'));
    const { service } = await control();
    expect(await service.handle(item())).toMatchObject({ done: false });
    expect(await service.giveUp(often)).toMatchObject({ done: false });
    expect(await build()).toMatchObject({ status: 'running', stage: 'publishing', waitReason: 'internal_error' });
  });

  it('R2-H1 fails before the gate where control ended again and again over it', async () => {
    const { service } = await control();
    expect(await service.giveUp(item({ attempts: 11, unfinished: 11, ageMs: 660_000 }))).toEqual({ done: true });
    expect(await build()).toMatchObject({ status: 'failed', failure: { code: 'InternalError' } });
    expect([puts, await tagMoves()]).toEqual([[], 0]);
  });

  it('R15B-3 before the gate is given up after a while, and then has moved nothing', async () => {
    at.sign = () => Promise.reject(new RegistryError('unavailable', 'gone'));
    const { service } = await control();
    // R15B-3: what it waited for before the first fault is none of the registry's.
    const old = item({ attempts: 60, ageMs: 3_600_000 });
    for (let tries = 1; tries <= 10; tries++) {
      expect(await service.handle(old)).toMatchObject({ done: false });
      nowMs += 60_000;
    }
    expect(await service.handle(old)).toEqual({ done: true });
    expect(await build()).toMatchObject({ status: 'failed', failure: { code: 'RegistryUnavailable' } });
    expect([puts, await tagMoves()]).toEqual([[], 0]);
  });

  it('of an image that does not verify fails without a tag', async () => {
    at.verify = () => Promise.reject(new BuildFailure('VerificationFailed', 'no signature'));
    expect(await (await control()).service.handle(item())).toEqual({ done: true });
    expect(await build()).toMatchObject({ status: 'failed', failure: { code: 'VerificationFailed' } });
    expect(await tagMoves()).toBe(0);
  });

  it('R5-C4 whose key is revoked after it was verified passes no gate, and is verified once more', async () => {
    const signing = new SigningRepository(world.db);
    const key = await signing.addFirstKey(project, { publicKeyPem: 'pem', hint: '', sealed: Buffer.from('x') });
    let verified = 0;
    at.verify = async () => {
      if (verified++ > 0) return;
      await world.db.prisma.signingKey.update({ where: { id: key!.id }, data: { state: 'revoked' } });
    };
    const { service } = await control();
    expect(await service.handle(item())).toMatchObject({ done: false });
    expect(await build()).toMatchObject({ status: 'running', stage: 'control' });
    expect([puts, await tagMoves()]).toEqual([[], 0]);
    expect(await service.handle(item({ attempts: 2 }))).toEqual({ done: true });
    expect([verified, puts, (await build()).status]).toEqual([2, ['main 11'], 'succeeded']);
  });

  it('whose process loses its tenure in the middle passes no gate, and its successor does', async () => {
    const { instance, service } = await control();
    at.verify = async () => {
      at = {};
      // Its supervisor has seen it die, as far as others know.
      await world.processes.end(instance, 'exited');
      expect(await (await control()).service.handle(item())).toEqual({ done: true });
    };
    expect(await service.handle(item())).toEqual({ done: true });
    expect(await build()).toMatchObject({ status: 'succeeded' });
    expect([puts, await tagMoves()]).toEqual([['main 11'], 1]);
  });

  it('that two processes want at the same time is done by one of them', async () => {
    const two = await Promise.all([control(), control()]);
    const results = await Promise.all(two.map(({ service }) => service.handle(item())));
    expect(results).toContainEqual({ done: true });
    expect(await build()).toMatchObject({ status: 'succeeded' });
    expect([puts, await tagMoves()]).toEqual([['main 11'], 1]);
  });

  it('R5-B9 of a build that its builder still has is nothing to do, and takes no turn of the project', async () => {
    const claimed = await world.claimed(project, await world.builder());
    const { service } = await control();
    expect(await service.handle(item({ subjectId: claimed.build.id }))).toEqual({ done: true });
    expect(await builds.find(claimed.build.id)).toMatchObject({ status: 'running', stage: 'builder' });
    expect(await world.db.prisma.publisherTenure.count({ where: { projectId: project } })).toBe(0);
  });

  it('keeps its promise while the build is not over, whatever refuses it', async () => {
    const outbox = new OutboxRepository(world.db);
    const { instance, service } = await control();
    const [taken] = await outbox.take(['publish'], 1, instance, 60_000);
    // A second taking of the same promise, after a lock that ran out, passes the gate; this one is refused there.
    at.verify = async () => {
      at = { put: vi.fn(() => Promise.reject(new RegistryError('unavailable', 'gone'))) };
      await world.db.prisma.publisherTenure.updateMany({ data: { leaseUntil: new Date(0), tokenDeadAt: new Date(0) } });
      const tenure = await new TenureRepository(world.db).acquire(project, instance, 30_000);
      if (tenure.ok) await new PublishRepository(world.db).passGate(await build(), tenure.tenure, { platforms: [] });
    };
    expect(await service.handle(taken!)).toMatchObject({ done: false });
    expect(await build()).toMatchObject({ stage: 'publishing' });
  });
});
