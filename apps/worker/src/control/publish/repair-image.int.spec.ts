import { randomUUID } from 'node:crypto';
import { type BuildProject, SigningRepository } from '@cooperage/db';
import { digestOf, mediaTypes } from '@cooperage/oci';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../../../../libs/db/spec/world.js';
import type { PublisherSession } from './publisher-session.js';
import { SignImage } from './sign-image.js';

const mib = 1024 * 1024;
const digest = `sha256:${'1'.repeat(64)}` as const;

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

/** What a build of this image left, as it is stored. */
function provenance(bytes: number) {
  const [config, bundle] = [Buffer.from('{}'), Buffer.alloc(bytes, randomUUID())];
  const described = (blob: Buffer, mediaType: string) => ({ mediaType, size: blob.length, digest: digestOf(blob) });
  const layers = [described(bundle, 'application/vnd.dev.sigstore.bundle.v0.3+json')];
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: described(config, mediaTypes.empty),
      layers,
    }),
  );
  return {
    ...{ version: 1, kind: 'provenance', mediaType: mediaTypes.manifest, manifest: manifest.toString('base64') },
    blobs: [config, bundle].map((blob) => blob.toString('base64')),
    place: { as: 'referrer', descriptor: described(manifest, mediaTypes.manifest) },
  };
}

/** A registry that has the image and only counts what is pushed, from one look at the index of referrers to the next. */
function counting() {
  const pushes: { bytes: number; manifests: string[] }[] = [];
  const manifests = {
    get: async () => ({ mediaType: mediaTypes.manifest, size: 1 }),
    find: async () => {
      pushes.push({ bytes: 0, manifests: [] });
      return null;
    },
    put: async (_repository: string, tag: string | null, { bytes }: { bytes: Uint8Array }) => {
      if (tag === null) pushes.at(-1)!.manifests.push(digestOf(bytes));
      return { listedAsReferrer: true };
    },
  };
  const blobs = {
    put: async (_repository: string, blob: Uint8Array) => {
      pushes.at(-1)!.bytes += blob.byteLength;
    },
  };
  const registry = { manifests, blobs, referrers: { hasApi: async () => true } };
  return { pushes, session: { registry, signal: new AbortController().signal } as unknown as PublisherSession };
}

it('R7-B1 an image is repaired with all that its builds left, and little of it is in memory at a time', async () => {
  const projectId = await world.project();
  const sizes = [...Array.from({ length: 12 }, () => mib), 7 * mib, ...Array.from({ length: 30 }, () => 1_000)];
  const stored = sizes.map(provenance);
  for (const artifact of stored)
    await world.db.prisma.signatureArtifact.create({
      data: {
        id: randomUUID(),
        projectId,
        digest,
        buildId: randomUUID(),
        keyId: randomUUID(),
        kind: 'provenance',
        artifact,
      },
    });
  const rows = new SigningRepository(world.db);
  const sign = new SignImage(rows, {} as never, {} as never, [] as never, {} as never, {} as never);
  const project = { id: projectId, organizationSlug: 'o', slug: 'p' } as BuildProject;
  const { pushes, session } = counting();
  await sign.repair(session, project, digest);
  const pushed = pushes.flatMap(({ manifests }) => manifests);
  expect(pushed.sort()).toEqual(stored.map(({ place }) => place.descriptor.digest).sort());
  expect(Math.max(...pushes.map(({ bytes }) => bytes))).toBeLessThanOrEqual(8 * mib);
  // What is small goes together: an image of a hundred builds is no hundred rounds.
  expect(pushes.length).toBeLessThan(15);
});
