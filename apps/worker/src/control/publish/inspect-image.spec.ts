import type { BuildProject, BuildProjectRepository, BuildRecord, MountedRepository } from '@cooperage/db';
import { type Digest, type MasterKeys, type Zone, zones } from '@cooperage/domain';
import { digestOf, mediaTypes, type RegistryClient, RegistryError } from '@cooperage/oci';
import { describe, expect, it, vi } from 'vitest';
import { ManifestsInMemory } from '../../../spec/manifests-in-memory.js';
import { InspectImage } from './inspect-image.js';
import { judgeInterruption } from './interruption.js';
import type { PublisherSession } from './publisher-session.js';

interface Given {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly isIndex?: boolean;
}

/** An image with this config in a registry that keeps it as it is. */
function imageOf(config: Buffer, { annotations, isIndex = false }: Given = {}) {
  const stored = new Map<string, Buffer>();
  const keep = (bytes: Buffer) => {
    stored.set(digestOf(bytes), bytes);
    return { digest: digestOf(bytes), size: bytes.length };
  };
  const manifest = {
    ...{ schemaVersion: 2, mediaType: mediaTypes.manifest, layers: [], annotations },
    config: { mediaType: mediaTypes.config, ...keep(config) },
  };
  const own = keep(Buffer.from(JSON.stringify(manifest)));
  const manifests = [{ mediaType: mediaTypes.manifest, ...own }];
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    annotations: { 'org.cooperage.zone': 'fork' },
    manifests,
  };
  const { digest } = isIndex ? keep(Buffer.from(JSON.stringify(index))) : own;
  const get = async (_: unknown, wanted: string) => {
    const bytes = stored.get(wanted)!;
    const mediaType = wanted === own.digest ? mediaTypes.manifest : mediaTypes.index;
    return { bytes, digest: wanted, mediaType, size: bytes.length };
  };
  const mount = vi.fn();
  /** What it takes to be mounted is looked at behind all checks. */
  const size = vi.fn(() => Promise.reject(new Error('it is taken in')));
  const registry = {
    manifests: { get },
    blobs: { read: async (_: unknown, wanted: string) => stored.get(wanted), mount, size },
  };
  const signal = new AbortController().signal;
  return {
    digest,
    mount,
    size,
    session: { registry: registry as unknown as RegistryClient, signal } as PublisherSession,
  };
}

async function inspected(session: PublisherSession, zone: Zone, digest: Digest, admit = vi.fn()): Promise<unknown> {
  const projects = { secrets: async () => [] } as unknown as BuildProjectRepository;
  const build = { projectId: 'p', zone, digest } as BuildRecord;
  const project = { organizationSlug: 'acme', slug: 'shop' } as BuildProject;
  const inspect = new InspectImage(projects, undefined as unknown as MasterKeys, { note: admit });
  return inspect.into(session, build, project, admit).catch((error: unknown) => error);
}

it('R17A-3 refuses a config that nobody could show before anything of it is published, also without secrets', async () => {
  const volumes = Array.from({ length: 500_000 }, (_, at) => `"/${at}":{}`).join();
  const { session, digest, mount } = imageOf(Buffer.from(`{"os":"linux","config":{"Volumes":{${volumes}}}}`));
  const admit = vi.fn();
  const error = await inspected(session, 'protected', digest, admit);
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
  const build = { projectId: 'p', zone: 'protected', digest: root.digest, platform: 'linux/amd64' } as BuildRecord;
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

describe('R22A-10 an image of a build', () => {
  const config = Buffer.from('{"os":"linux","config":{"Labels":{"org.cooperage.zone":"branch"}}}');
  const saying = (zone?: string) => (zone === undefined ? {} : { annotations: { 'org.cooperage.zone': zone } });
  const refusal = { code: 'PolicyRefused', message: expect.stringContaining('The manifest of the image does not say') };
  const taken = { message: 'it is taken in' };

  it.each([
    ['protected', undefined],
    ['branch', 'branch'],
    ['fork', 'fork'],
  ] as const)('R22A-10 of the zone %s is published where its manifest says that zone alone', async (zone, own) => {
    for (const isIndex of [false, true])
      for (const said of [undefined, ...zones, 'Fork', '']) {
        const { session, digest, size } = imageOf(config, { ...saying(said), isIndex });
        const error = await inspected(session, zone, digest);
        expect(error, `${said} ${isIndex}`).toMatchObject(said === own ? taken : refusal);
        expect(size.mock.calls.length > 0).toBe(said === own);
      }
  });

  it('R22A-10 says to a person what is missing', async () => {
    const { session, digest } = imageOf(config);
    expect(await inspected(session, 'fork', digest)).toMatchObject({
      message:
        'The manifest of the image does not say that it is of this build’s zone: the annotation “org.cooperage.zone” has to be “fork”. What is signed of an image is of one zone. A retry builds it anew.',
    });
  });
});
