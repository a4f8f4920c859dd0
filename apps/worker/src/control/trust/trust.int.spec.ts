import {
  BuildProjectRepository,
  type BuildRecord,
  BuildRepository,
  type OutboxItem,
  ReverificationRepository,
  SignatureRepository,
  SigningRepository,
  TrustRepository,
} from '@cooperage/db';
import { RegistryClient } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { registryToken, services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteManifest, tagsIn } from '../../../spec/registry-content.js';
import { type TestProject, WorkerSystem } from '../../../spec/worker-system.js';
import type { PublisherSession } from '../publish/publisher-session.js';
import { VerifyPublished } from '../publish/verify-published.js';
import { ReverifyService } from '../reverify/reverify.service.js';
import type { ReadingClients } from '../tokens/reading-clients.js';

const actor = { kind: 'person', id: 'ada', name: 'Ada', ip: null } as const;

describe('trust, from the request to the registry', () => {
  let system: WorkerSystem;
  let project: TestProject;
  let trust: TrustRepository;
  let signatures: SignatureRepository;
  let first: BuildRecord;

  beforeAll(async () => {
    system = await WorkerSystem.start();
    project = await system.project();
    trust = new TrustRepository(system.db);
    signatures = new SignatureRepository(system.db);
    first = await build('one');
  });
  afterAll(() => system?.close());

  const build = async (word: string) => {
    const dockerfile = 'FROM scratch\nCOPY word.txt /\n';
    const commit = await project.git.commit({ Dockerfile: dockerfile, 'word.txt': word });
    return system.outcome(await system.push(project, commit));
  };
  const place = () => ({ projectId: project.id, organizationId: system.organization });
  const answered = async (request: Parameters<TrustRepository['ask']>[1]) => {
    const { id } = await trust.ask(place(), request, actor);
    return system.until(async () => {
      const [newest] = (await trust.requests(project.id, 20)).filter((each) => each.id === id);
      return newest && newest.state !== 'asked' ? newest : null;
    });
  };
  const verdictOf = (digest: string) => signatures.newestVerification(project.id, digest);
  const round = async () => {
    const since = new Date();
    await trust.askRound(place(), actor);
    return system.until(async () => {
      const [newest] = (await trust.rounds([system.organization], { after: null, limit: 9 })).items;
      return newest?.finishedAt && newest.startedAt >= since ? newest : null;
    });
  };

  it('a rotation makes a key that signs, and the one before verifies on', async () => {
    const [old] = await signatures.keys(project.id);
    const verifyUntil = new Date(Date.now() + 86_400_000);
    expect(await answered({ action: 'rotate', keyId: old!.id, verifyUntil })).toMatchObject({ state: 'done' });
    expect(await answered({ action: 'rotate', keyId: old!.id })).toMatchObject({ state: 'refused' });
    const [signing, before] = await signatures.keys(project.id);
    expect([signing?.state, before?.state, before?.verifyUntil]).toEqual(['signing', 'verify_only', verifyUntil]);
    const second = await build('two');
    expect(second.status).toBe('succeeded');
    expect(await verdictOf(second.digest!)).toMatchObject({ verdict: 'verified' });
    const used = (await trust.keys([system.organization], project.id, { after: null, limit: 9 })).items;
    expect(used.map(({ id, images }) => [id, images])).toEqual([
      [signing!.id, 1],
      [old!.id, 1],
    ]);
    expect((await verdictOf(first.digest!))?.verdict).toBe('verified');
  });

  it('a tag moves forward by hand, and never back', async () => {
    const back = await answered({ action: 'retag', tag: 'main', digest: first.digest! });
    expect(back).toMatchObject({ state: 'refused', note: expect.stringContaining('only forward') });
    expect(await answered({ action: 'retag', tag: 'stable', digest: first.digest! })).toMatchObject({ state: 'done' });
    // The row says so first, and the registry follows.
    const found = async () => ((await tagsIn(project.repository)).includes('stable') ? true : null);
    expect(await system.until(found)).toBe(true);
    const unknown = await answered({ action: 'retag', tag: 'stable', digest: `sha256:${'0'.repeat(64)}` });
    expect(unknown).toMatchObject({ state: 'refused', note: expect.stringContaining('not known') });
    const [move] = await system.db.prisma.tagMove.findMany({ where: { projectId: project.id, tag: 'stable' } });
    expect(move).toMatchObject({ movedBy: 'Ada', toDigest: first.digest });
  });

  it('a round finds what does not verify any more: by a revoked key, and gone from the registry', async () => {
    expect(await round()).toMatchObject({ images: 2, failing: 0, unknown: 0 });
    const old = (await signatures.keys(project.id)).find(({ state }) => state === 'verify_only')!;
    expect(await trust.effects(project.id, old.id)).toEqual({
      ...{ images: 1, moreTags: false, tags: [{ tag: 'stable', digest: first.digest }] },
    });
    expect(await answered({ action: 'revoke', keyId: old.id })).toMatchObject({ state: 'done' });
    await system.until(async () => ((await verdictOf(first.digest!))?.verdict === 'untrusted' ? true : null));
    expect(JSON.stringify((await verdictOf(first.digest!))?.checks)).toContain('whose signatures count no more');
    const row = await system.db.prisma.signingKey.findUnique({ where: { id: old.id } });
    expect([row?.state, row?.sealed]).toEqual(['revoked', null]);
    const third = await build('three');
    await deleteManifest(project.repository, third.digest!);
    expect(await round()).toMatchObject({ images: 2, failing: 2 });
    expect((await verdictOf(third.digest!))?.verdict).toBe('gone');
  });

  it('after the signing key is revoked the next build has a new one', async () => {
    const key = (await signatures.keys(project.id)).find(({ state }) => state === 'signing')!;
    await answered({ action: 'revoke', keyId: key.id });
    const next = await build('four');
    expect(next.status).toBe('succeeded');
    expect((await signatures.keys(project.id))[0]).toMatchObject({ state: 'signing' });
  });

  it('R5-C4 a verification that read the keys before a revocation is not written as verified after it', async () => {
    const image = await build('five');
    const publicUrl = 'http://127.0.0.1:9';
    const held = heldClients(project.repository);
    const keys = new SigningRepository(system.db);
    const [projects, builds] = [new BuildProjectRepository(system.db), new BuildRepository(system.db)];
    const round = new ReverifyService({
      ...{ rounds: new ReverificationRepository(system.db), projects, builds, keys, publicUrl },
      clients: { of: () => held.client('round') } as unknown as ReadingClients,
      logger: createLogger({ process: 'test', level: 'silent' }),
    });
    const session = {
      registry: held.client('publication'),
      signal: new AbortController().signal,
    } as unknown as PublisherSession;
    const published = new VerifyPublished(keys, publicUrl);
    const item = { subjectId: project.id, groupId: project.id, attempts: 1 } as OutboxItem;
    const underWay = Promise.allSettled([
      round.handle(item),
      published.check(session, image, (await projects.find(project.id))!, []),
    ]);
    await expect.poll(held.waiting, { timeout: 30_000 }).toEqual(['publication', 'round']);
    const key = (await signatures.keys(project.id)).find(({ state }) => state === 'signing')!;
    expect(await answered({ action: 'revoke', keyId: key.id })).toMatchObject({ state: 'done' });
    await system.until(async () => ((await verdictOf(image.digest!))?.verdict === 'untrusted' ? true : null));
    held.release();
    const [ended, passed] = await underWay;
    expect(ended).toMatchObject({ status: 'fulfilled' });
    expect(passed).toMatchObject({ status: 'rejected', reason: { code: 'VerificationFailed' } });
    const rows = await system.db.prisma.imageVerification.findMany({
      where: { projectId: project.id, digest: image.digest! },
      select: { verdict: true },
      orderBy: { id: 'asc' },
    });
    expect(rows.map(({ verdict }) => verdict)).toEqual(['verified', 'untrusted', 'untrusted', 'untrusted']);
  });
});

/** Clients that pull from one repository, and wait before they ask the registry until they are released. */
function heldClients(repository: string) {
  const waiting = new Set<string>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const client = (name: string) => {
    const tokenFor = async () => {
      waiting.add(name);
      await released;
      return registryToken(repository, ['pull']);
    };
    const { host } = services().registry;
    return new RegistryClient({ host, scheme: 'http', credentials: { kind: 'token', tokenFor } });
  };
  return { client, release, waiting: () => [...waiting].toSorted() };
}
