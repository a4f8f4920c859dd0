import type { BuildProject, BuildProjectRepository, BuildRecord, MountedRepository } from '@cooperage/db';
import type { MasterKeys } from '@cooperage/domain';
import { digestOf, mediaTypes, type RegistryClient, RegistryError } from '@cooperage/oci';
import { expect, it, vi } from 'vitest';
import { ManifestsInMemory } from '../../../spec/manifests-in-memory.js';
import { InspectImage } from './inspect-image.js';
import { judgeInterruption } from './interruption.js';
import type { PublisherSession } from './publisher-session.js';

/** An image with this config in a registry that keeps it as it is. */
function imageOf(config: Buffer) {
  const stored = new Map<string, Buffer>();
  const keep = (bytes: Buffer) => {
    stored.set(digestOf(bytes), bytes);
    return { digest: digestOf(bytes), size: bytes.length };
  };
  const manifest = {
    ...{ schemaVersion: 2, mediaType: mediaTypes.manifest, layers: [] },
    config: { mediaType: mediaTypes.config, ...keep(config) },
  };
  const { digest } = keep(Buffer.from(JSON.stringify(manifest)));
  const get = async (_: unknown, wanted: string) => {
    const bytes = stored.get(wanted)!;
    return { bytes, digest: wanted, mediaType: mediaTypes.manifest, size: bytes.length };
  };
  const mount = vi.fn();
  const registry = {
    manifests: { get },
    blobs: { read: async (_: unknown, wanted: string) => stored.get(wanted), mount },
  };
  const signal = new AbortController().signal;
  return { digest, mount, session: { registry: registry as unknown as RegistryClient, signal } as PublisherSession };
}

it('R17A-3 refuses a config that nobody could show before anything of it is published, also without secrets', async () => {
  const volumes = Array.from({ length: 500_000 }, (_, at) => `"/${at}":{}`).join();
  const { session, digest, mount } = imageOf(Buffer.from(`{"os":"linux","config":{"Volumes":{${volumes}}}}`));
  const projects = { secrets: async () => [] } as unknown as BuildProjectRepository;
  const build = { projectId: 'p', zone: 'branch', digest } as BuildRecord;
  const project = { organizationSlug: 'acme', slug: 'shop' } as BuildProject;
  const admit = vi.fn();
  const inspect = new InspectImage(projects, undefined as unknown as MasterKeys, { note: admit });
  const error = await inspect.into(session, build, project, admit).catch((error: unknown) => error);
  expect(judgeInterruption(error, () => ({ attempts: 1, ageMs: 0 }), false)).toMatchObject({
    ends: true,
    failure: {
      code: 'PolicyRefused',
      message: 'The image cannot be published: the config has more keys than 40000.',
    },
  });
  expect([admit.mock.calls, mount.mock.calls]).toEqual([[], []]);
});

/** An index in staging whose first part stands in the project's repository too, as a signature does. */
function indexIn(held: 'part' | 'root' | 'nothing') {
  const staging = new ManifestsInMemory();
  const [first, second] = [staging.image('one'), staging.image('two')];
  const root = staging.index(first, second);
  const there = { part: first.digest, root: root.digest, nothing: null }[held];
  const did: string[] = [];
  const registry = {
    manifests: {
      get: staging.session.registry.manifests.get,
      head: async (_: string, digest: string) => (digest === there ? {} : null),
      put: async () => void did.push('put'),
    },
    blobs: { read: async () => Buffer.from('{}'), size: async () => 1, mount: async () => did.push('mount') },
  };
  const projects = { secrets: async () => [] } as unknown as BuildProjectRepository;
  const noted: unknown[] = [];
  const note = async (...[{ digest }, tenure, image]: Parameters<MountedRepository['note']>) => {
    did.push('note');
    noted.push([digest, tenure, image]);
  };
  const inspect = new InspectImage(projects, undefined as unknown as MasterKeys, { note });
  const session = { registry, tenure: 'tenure', signal: staging.session.signal } as unknown as PublisherSession;
  const build = { projectId: 'p', zone: 'branch', digest: root.digest, platform: 'linux/amd64' } as BuildRecord;
  const project = { organizationSlug: 'acme', slug: 'shop' } as BuildProject;
  const into = (admit = async () => undefined) => inspect.into(session, build, project, admit);
  return { into, did, noted, digests: [first.digest, second.digest, root.digest] as const };
}

it('R21C-5 notes what the repository does not hold before anything is mounted, and says what the image has', async () => {
  const { into, did, noted, digests } = indexIn('nothing');
  const { totalBytes, manifests } = await into();
  expect([manifests, noted]).toEqual([digests, [[digests[2], 'tenure', { bytes: totalBytes, manifests: digests }]]]);
  expect([did[0], did.filter((each) => each === 'note').length, did.includes('put')]).toEqual(['note', 1, true]);
});

it.each([
  ['part', [1, 2]],
  ['root', [0, 1]],
] as const)('R21C-5 R21D-1 notes no %s that the repository holds: it is needed by others', async (held, left) => {
  const { into, noted, digests } = indexIn(held);
  await into();
  expect(noted).toMatchObject([[digests[2], 'tenure', { manifests: left.map((at) => digests[at]) }]]);
});

it('R21C-5 notes nothing of an image that is over its quota', async () => {
  const { into, did } = indexIn('nothing');
  await expect(into(() => Promise.reject(new RegistryError('unavailable', 'full')))).rejects.toThrow('full');
  expect(did).toEqual([]);
});
