import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { encodeManifest, type ManifestEntry } from '@cooperage/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import {
  CacheFactsRepository,
  type ClaimedAttempt,
  ContextManifestRepository,
  StepRepository,
  StepVerdictRepository,
  TidyRepository,
} from '../index.js';

let world: World;
let verdicts: StepVerdictRepository;
let projectId: string;
let instanceId: string;
beforeAll(async () => {
  world = await World.open();
  verdicts = new StepVerdictRepository(world.db);
});
beforeEach(async () => {
  await world.reset();
  projectId = await world.project();
  instanceId = await world.processes.start('builder', 'w1', { slots: 4, platforms: ['linux/amd64'] });
});
afterAll(() => world.close());

const dockerfile = 'FROM busybox\nWORKDIR /app\nCOPY . .\nRUN npm ci\n';
const titles = ['WORKDIR /app', 'COPY . .', 'RUN npm ci'];
const readme = (blobId: string): ManifestEntry => ({ path: 'README.md', kind: 'file', mode: 0o644, blobId });
const monthAgo = () => new Date(Date.now() - 30 * 86_400_000);

interface Told {
  readonly context: string;
  readonly cached?: readonly string[];
  readonly zone?: 'protected' | 'fork';
}

/** A build of which its builder has told, to an end that it chose: each step takes a second more than the one before. */
async function ended({ context, cached = [], zone = 'protected' }: Told): Promise<ClaimedAttempt> {
  const { id } = await world.build(projectId);
  const [dispatched] = await world.dispatch();
  const attempt = (await world.attempts.claim(dispatched!.attemptId, instanceId, 'w1', 600_000))!;
  // Strangers' builds need a builder of their own to be handed out.
  await world.db.prisma.build.update({ where: { id }, data: { zone } });
  await world.attempts.describe(attempt, 'ref', dockerfile);
  await new ContextManifestRepository(world.db).save(attempt, [readme(context)]);
  const names = [`FROM docker.io/library/busybox:latest@sha256:${'a'.repeat(64)}`, ...titles];
  await new StepRepository(world.db).save(
    attempt.attemptId,
    names.map((title, at) => ({
      ...{
        ordinal: at + 1,
        vertexId: `v${at}`,
        name: `[${at + 1}/4] ${title}`,
        stage: null,
        target: null,
        platform: null,
      },
      ...{ internal: false, error: null, progressGroup: null, cached: cached.includes(title) },
      ...{ startedAt: new Date(0), completedAt: new Date(1_000 * at) },
    })),
  );
  const failure = { code: 'StepFailed', message: 'no' } as const;
  const next = { retryable: false, attemptsLeft: false, pauseMs: 0 };
  await world.attempts.failed(attempt, instanceId, failure, next);
  return attempt;
}

async function noted(told: Told): Promise<ClaimedAttempt> {
  const attempt = await ended(told);
  await verdicts.note(attempt.build.id);
  return attempt;
}

describe('steps that run again and again', () => {
  it('are promised to be looked at when a build has ended, but not those of strangers', async () => {
    const own = await ended({ context: '1' });
    await ended({ context: '1', zone: 'fork' });
    const rows = await world.db.prisma.outbox.findMany({ where: { topic: 'note-steps' } });
    expect(rows.map(({ subjectId }) => subjectId)).toEqual([own.build.id]);
  });

  it('are counted with their causes, what they took, and what ran because of them', async () => {
    await noted({ context: '1' });
    await noted({ context: '2', cached: ['WORKDIR /app'] });
    await noted({ context: '2', cached: titles });
    const last = await noted({ context: '3', cached: ['WORKDIR /app'] });
    const { builds, steps } = await verdicts.missed(projectId, monthAgo());
    expect(builds).toBe(4);
    const copy = {
      ...{ definition: 'COPY . .', builds: 4, ran: 3, ms: 6_000, alongMs: 6_000 },
      along: [{ definition: 'RUN npm ci', builds: 2, ms: 6_000 }],
      causes: [
        { cause: 'files', builds: 2, named: [{ name: 'README.md', builds: 2 }] },
        { cause: 'first', builds: 1, named: [] },
      ],
    };
    const install = {
      ...{
        stepKey: expect.any(String),
        dockerfilePath: 'Dockerfile',
        stage: null,
        definition: 'RUN npm ci',
        startLine: 4,
      },
      ...{ builds: 4, ran: 3, ms: 9_000, alongMs: 0, along: [], newest: last.build.number },
      causes: [
        { cause: 'earlier_step', builds: 2, named: [{ name: 'COPY . .', builds: 2 }] },
        { cause: 'first', builds: 1, named: [] },
      ],
    };
    expect(steps).toEqual([expect.objectContaining(copy), install]);
  });

  it('are written down once, and nothing of a build without steps', async () => {
    const { build } = await noted({ context: '1' });
    await verdicts.note(build.id);
    expect(await world.db.prisma.stepVerdict.count()).toBe(3);
    const empty = await world.build(projectId);
    await verdicts.note(empty.id);
    await verdicts.note(projectId);
    expect(await world.db.prisma.stepVerdict.count()).toBe(3);
  });

  it('are those of the days that are asked for, and of this project', async () => {
    await noted({ context: '1' });
    await noted({ context: '2' });
    expect(await verdicts.missed(await world.project(), monthAgo())).toEqual({ builds: 0, steps: [] });
    expect((await verdicts.missed(projectId, monthAgo())).builds).toBe(2);
    expect((await verdicts.missed(projectId, new Date(Date.now() + 60_000))).builds).toBe(0);
    expect((await verdicts.missed(projectId, monthAgo(), new Date(Date.now() - 60_000))).builds).toBe(0);
  });

  it('are forgotten when nobody can ask for them any more', async () => {
    const { build } = await noted({ context: '1' });
    await noted({ context: '2' });
    const at = new Date(Date.now() - 200 * 86_400_000);
    await world.db.prisma.stepVerdict.updateMany({ where: { buildId: build.id }, data: { at } });
    await new TidyRepository(world.db).forgetStepVerdicts();
    expect(await world.db.prisma.stepVerdict.count()).toBe(3);
  });
});

describe('what contexts held', () => {
  const deflate = promisify(deflateRaw);
  const contextOf = async ({ build }: ClaimedAttempt) =>
    (await new CacheFactsRepository(world.db).find(build.id))?.context ?? null;
  const earlierThan = async ({ build }: ClaimedAttempt) =>
    (await new CacheFactsRepository(world.db).earlier(build.id)).map(({ context }) => context?.length ?? null);

  it('R2-H1 is not kept where it has more than 16 MiB, and the steps are noted without it', async () => {
    const attempt = await ended({ context: '1' });
    const long = (at: number): ManifestEntry => ({ ...readme('a'), path: `${at}/${'x'.repeat(4_000)}` });
    const stored = () => world.db.prisma.contextManifest.count({ where: { projectId } });
    const before = await stored();
    const { id } = await world.build(projectId);
    const [dispatched] = await world.dispatch();
    const next = (await world.attempts.claim(dispatched!.attemptId, instanceId, 'w1', 600_000))!;
    await world.attempts.describe(next, 'ref', dockerfile);
    await new ContextManifestRepository(world.db).save(
      next,
      Array.from({ length: 4_300 }, (_, at) => long(at)),
    );
    expect(await stored()).toBe(before);
    expect(next.build.id).toBe(id);
    expect(await contextOf(next)).toBeNull();
    expect(await contextOf(attempt)).toHaveLength(1);
  });

  it.each([
    ['that opens to more than 16 MiB', async () => deflate(encodeManifest([readme('a')]).repeat(1_000_000))],
    ['of more entries than a context may have', async () => deflate('f644 a x\0'.repeat(150_000))],
    ['that is larger than any we write', async () => Buffer.alloc(17 * 2 ** 20, 1)],
    ['that cannot be opened', async () => Buffer.from('no deflate')],
    ['that is no manifest', async () => deflate('what is this?\0')],
  ])('R2-H1 is unknown, again and again, of a row %s', async (_what, payload) => {
    const first = await ended({ context: '1' });
    const second = await ended({ context: '2', cached: ['WORKDIR /app'] });
    await world.db.prisma.contextManifest.updateMany({
      where: { projectId },
      data: { payload: new Uint8Array(await payload()) },
    });
    expect(await contextOf(second)).toBeNull();
    expect(await earlierThan(second)).toEqual([null]);
    for (const { build } of [first, second]) await verdicts.note(build.id);
    const noted = await world.db.prisma.stepVerdict.findMany({ where: { buildId: second.build.id } });
    expect(noted.map(({ cause }) => cause)).toContain('unknown');
  });

  it('R2-H1 is read of the nearest builds only, as far as all of them have room in memory', async () => {
    const many = Array.from({ length: 90_000 }, (_, at): ManifestEntry => ({ ...readme('a'), path: `${at}` }));
    const all: ClaimedAttempt[] = [];
    for (const mark of ['1', '2', '3', '4', '5', '6', '7']) all.push(await ended({ context: mark }));
    const payload = new Uint8Array(await deflate(encodeManifest(many)));
    await world.db.prisma.contextManifest.updateMany({ where: { projectId }, data: { payload } });
    const lengths = await earlierThan(all.at(-1)!);
    expect(lengths).toEqual([90_000, 90_000, 90_000, 90_000, null, null]);
  });
});
