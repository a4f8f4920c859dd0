import type { BuildProject, BuildProjectRepository, BuildRecord } from '@cooperage/db';
import type { MasterKeys } from '@cooperage/domain';
import { digestOf, mediaTypes, type RegistryClient } from '@cooperage/oci';
import { expect, it, vi } from 'vitest';
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
