import { randomUUID } from 'node:crypto';
import { type BuildProject, type BuildRecord, newId, SigningRepository } from '@cooperage/db';
import { type Digest, masterKey, sealedSubject } from '@cooperage/domain';
import { type Descriptor, digestOf, mediaTypes, RegistryClient, referrersTag } from '@cooperage/oci';
import { generateSigningKey, type SignedArtifact, sealSigningKey } from '@cooperage/signing';
import { createMetrics } from '@cooperage/telemetry';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../../../../libs/db/spec/world.js';
import type { PublisherSession } from './publisher-session.js';
import { SignImage } from './sign-image.js';
import { VerifyPublished } from './verify-published.js';

const publicUrl = 'https://cooperage.example';
const registry = new RegistryClient({ host: services().openRegistry, scheme: 'http' });
const session = { registry, signal: new AbortController().signal } as PublisherSession;

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

async function bench() {
  const id = await world.project();
  const slug = randomUUID().slice(0, 8);
  const project = { id, organizationSlug: 'many', slug, remoteUrl: 'https://git.example/x.git' } as BuildProject;
  const repository = `many/${slug}`;
  const masters = [masterKey(Buffer.alloc(32, 1))] as const;
  const key = generateSigningKey();
  const rows = new SigningRepository(world.db, 12);
  const sealed = sealSigningKey(masters, key, sealedSubject.signingKey(id));
  const stored = await rows.addFirstKey(id, { ...key, sealed });
  const builds = new Map<string, BuildRecord>();
  const names = { publicUrl, registryHost: 'registry.example' };
  const signWith = (repository: SigningRepository) =>
    new SignImage(
      repository,
      { find: async (each) => builds.get(each) ?? null },
      { ensure: async () => stored } as never,
      masters,
      createMetrics({ version: '0', commit: 'test' }),
      names,
    );
  const put = async (document: object): Promise<Descriptor> => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.manifest, ...document }));
    await registry.manifests.put(repository, null, { bytes, mediaType: mediaTypes.manifest });
    return { mediaType: mediaTypes.manifest, digest: digestOf(bytes), size: bytes.length };
  };
  const configBytes = Buffer.from(
    JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } }),
  );
  await registry.blobs.put(repository, configBytes);
  const config = { mediaType: mediaTypes.config, digest: digestOf(configBytes), size: configBytes.length };
  const subject = await put({ config, layers: [] });
  const build = (number: number, change: Partial<BuildRecord> = {}) => {
    const record = {
      ...{ id: newId(), projectId: id, number, digest: subject.digest, status: 'running', stage: 'control' },
      ...{ attemptNumber: 1, remoteUrl: project.remoteUrl, ref: 'refs/heads/main', commit: 'a'.repeat(40) },
      ...{ zone: 'branch', ruleName: 'r', trigger: 'push', target: null, platform: 'linux/amd64', buildArgs: {} },
      ...{ namedContexts: {}, dockerfilePath: 'Dockerfile', contextPath: '.', definition: null, resolved: null },
      ...{ cacheBackend: 'registry', baseImages: [], sources: [], limits: { network: 'open' }, tools: null },
      ...{ queuedAt: new Date(0), startedAt: new Date(0), builtAt: new Date(0) },
      ...change,
    } as unknown as BuildRecord;
    builds.set(record.id, record);
    return record;
  };
  /** A build of a ref, with the row that says so. */
  const buildOf = async (number: number, ref: string) => {
    const { id: rowId } = await world.build(id, { zone: 'protected' });
    await world.db.prisma.build.update({ where: { id: rowId }, data: { ref } });
    return build(number, { id: rowId, ref, zone: 'protected' });
  };
  const listed = async () => (await registry.referrers.list(repository, subject.digest)).map(({ digest }) => digest);
  const layers = async () => {
    const { bytes } = await registry.manifests.get(repository, `${referrersTag(subject.digest)}.att`);
    return (JSON.parse(bytes.toString()) as { layers: { digest: Digest }[] }).layers.map(({ digest }) => digest);
  };
  const verify = new VerifyPublished(rows, publicUrl);
  return { project, signWith, rows, subject, config, put, build, buildOf, listed, layers, verify };
}

const isProvenance = ({ kind }: SignedArtifact) => kind === 'provenance' || kind === 'legacy_provenance';
/** Digests by which the provenance of a build stands among referrers and under the older tag. */
function placesOf(artifacts: readonly SignedArtifact[]): Digest[] {
  return artifacts
    .filter(isProvenance)
    .map(({ place, blobs }) => (place.as === 'referrer' ? place.descriptor.digest : digestOf(blobs[1]!)));
}

it('R7-B keeps the newest provenances beside an image that is built again and again, those of its own build, and all that others put', async () => {
  const { project, signWith, subject, config, put, build, listed, layers, verify, rows } = await bench();
  const sign = signWith(rows);
  const theirs = await put({ config, layers: [], subject, annotations: { by: 'others' } });
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [theirs] };
  const bytes = Buffer.from(JSON.stringify(index));
  const tag = referrersTag(subject.digest);
  await registry.manifests.put(`many/${project.slug}`, tag, { bytes, mediaType: mediaTypes.index });
  const made: Digest[][] = [];
  for (let number = 1; number <= 20; number++) {
    const record = build(number);
    const artifacts = await sign.attach(session, record, project, subject);
    made.push(placesOf(artifacts));
    await verify.check(session, record, project, artifacts);
    if (number > 1) continue;
    const image = { id: newId(), projectId: project.id, digest: subject.digest, mediaType: 'm', sizeBytes: 1n };
    await world.db.prisma.image.create({ data: { ...image, buildId: record.id } });
  }
  const standing = new Set([...(await listed()), ...(await layers())]);
  const stay = (places: readonly Digest[]) => places.every((digest) => standing.has(digest));
  expect(made.map(stay)).toEqual(made.map((_, at) => at === 0 || at >= 14));
  expect(standing.has(theirs.digest)).toBe(true);
  // The signature in its form as a referrer, and what others put.
  expect([(await listed()).length, (await layers()).length]).toEqual([7 + 2, 7]);
  const repaired = new Set<unknown>();
  for await (const slice of rows.artifactsOfImage(project.id, subject.digest))
    for (const { buildId } of slice) repaired.add(buildId);
  expect(repaired.size).toBe(7);
});

it('R7-B clears away at once what many builds left before', async () => {
  const { project, signWith, rows, subject, build, listed, layers } = await bench();
  const before = signWith(new SigningRepository(world.db));
  for (let number = 1; number <= 20; number++) await before.attach(session, build(number), project, subject);
  expect([(await listed()).length, (await layers()).length]).toEqual([21, 20]);
  await signWith(rows).attach(session, build(21), project, subject);
  expect([(await listed()).length, (await layers()).length]).toEqual([7, 6]);
});

it('R12A-5 keeps the newest provenance of each ref, however often another ref is built', async () => {
  const { project, signWith, rows, subject, buildOf, listed, layers } = await bench();
  const sign = signWith(rows);
  let number = 0;
  const publish = async (ref: string): Promise<Digest[]> => {
    const record = await buildOf(++number, ref);
    const places = placesOf(await sign.attach(session, record, project, subject));
    const ofImage = { projectId: project.id, digest: subject.digest };
    const image = { ...ofImage, id: newId(), mediaType: 'm', sizeBytes: 1n, buildId: record.id };
    const where = { projectId_digest: ofImage };
    await world.db.prisma.image.upsert({ where, create: image, update: { buildId: record.id } });
    return places;
  };
  const stand = async (places: readonly Digest[]) => {
    const standing = new Set([...(await listed()), ...(await layers())]);
    return places.map((digest) => standing.has(digest));
  };
  const main = 'refs/heads/main';
  const tag = await publish('refs/tags/v1');
  const first = await publish(main);
  for (let at = 0; at < 7; at++) await publish(main);
  expect(await stand(tag)).toEqual([true, true]);
  expect(await stand(first)).toEqual([false, false]);
  // Six in each form, and the signature as a referrer.
  expect([(await listed()).length, (await layers()).length]).toEqual([7, 6]);

  // What it was verified by gives way to a newer one of the same ref, although it is the oldest of all.
  const again = await publish('refs/tags/v1');
  for (let at = 0; at < 7; at++) await publish(main);
  expect([...(await stand(tag)), ...(await stand(again))]).toEqual([false, false, true, true]);
  expect([(await listed()).length, (await layers()).length]).toEqual([7, 6]);

  // More refs than have room: the newest of them.
  const refs: Digest[][] = [];
  for (let at = 0; at < 9; at++) refs.push(await publish(`refs/tags/v2.${at}`));
  const kept = await Promise.all(refs.map(async (places) => (await stand(places)).every(Boolean)));
  expect(kept).toEqual([false, false, false, true, true, true, true, true, true]);
  expect(await stand(again)).toEqual([false, false]);
  expect([(await listed()).length, (await layers()).length]).toEqual([7, 6]);
});

it('V9B-L1 clears away also what stands behind rows of builds that were never pushed', async () => {
  const { project, signWith, rows, subject, build, listed, layers } = await bench();
  const before = signWith(new SigningRepository(world.db));
  for (let number = 1; number <= 20; number++) await before.attach(session, build(number), project, subject);
  const { keyId } = await world.db.prisma.signatureArtifact.findFirstOrThrow({ where: { projectId: project.id } });
  for (let number = 21; number <= 60; number++) {
    const place = { as: 'referrer', descriptor: { digest: digestOf(Buffer.from(`${number}`)) } };
    const artifacts = ['provenance', 'legacy_provenance'].map((kind) => ({ kind, keyId, artifact: { place } }));
    await rows.storeArtifacts({ id: newId(), projectId: project.id, digest: subject.digest }, artifacts);
  }
  await signWith(rows).attach(session, build(61), project, subject);
  // The signature as a referrer, and the provenance of the newest build.
  expect([(await listed()).length, (await layers()).length]).toEqual([2, 1]);
});
