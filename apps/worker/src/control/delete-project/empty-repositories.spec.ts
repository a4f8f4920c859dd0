import type { BuildProject, ProjectRemoval, PublishRepository } from '@cooperage/db';
import { type Digest, parseDigest } from '@cooperage/domain';
import { RegistryError } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { expect, it, vi } from 'vitest';
import type { PublisherSession } from '../publish/publisher-session.js';
import { EmptyRepositories } from './empty-repositories.js';

const digestOf = (no: number) => parseDigest(`sha256:${String(no).padStart(64, '0')}`);
const [image, referrer, signature, attestation] = [1, 2, 3, 4].map(digestOf) as [Digest, Digest, Digest, Digest];
const hex = image.replace(':', '-');
const attached = new Map([
  [`${hex}.sig`, signature],
  [`${hex}.att`, attestation],
]);

/** A project with one image, of which the registry answers for its tags with `failure`. */
function emptying(failure: RegistryError) {
  const logger = createLogger({ process: 'test', level: 'silent' });
  const warn = vi.spyOn(logger, 'warn');
  const leftovers = vi
    .fn()
    .mockResolvedValueOnce([
      { buildId: 'b', zone: 'branch', ref: 'refs/heads/x', platform: 'linux/amd64', epoch: 0, digest: null },
    ]);
  const removal = {
    artifactDigests: async () => [referrer],
    leftovers: leftovers.mockResolvedValue([]),
    staged: async () => [],
  };
  const publishes = { digestsOfProject: async () => [image] };
  const deleted: string[] = [];
  const list = async function* () {
    yield* [] as string[];
    throw failure;
  };
  const manifests = {
    get: async () => {
      throw new RegistryError('not_found', 'gone');
    },
    head: async (_: string, tag: string) => (attached.has(tag) ? { digest: attached.get(tag)! } : null),
    delete: async (_: string, digest: string) => {
      deleted.push(digest);
    },
  };
  const session = { registry: { tags: { list }, manifests } } as unknown as PublisherSession;
  const project = { id: 'p', organizationSlug: 'acme', slug: 'web' } as BuildProject;
  const repositories = new EmptyRepositories(
    removal as unknown as ProjectRemoval,
    publishes as unknown as PublishRepository,
    logger,
  );
  return { empty: () => repositories.empty(session, project), deleted, warn };
}

it('R10-B3 a project with too many tags to list is emptied by its rows, with their signatures, and the log says so', async () => {
  const { empty, deleted, warn } = emptying(new RegistryError('invalid', 'too large', { code: 'TOO_LARGE' }));
  await empty();
  expect(deleted.toSorted()).toEqual([image, referrer, signature, attestation]);
  expect(warn.mock.calls.map(([fields]) => fields)).toEqual([
    expect.objectContaining({ repository: 'acme/web' }),
    expect.objectContaining({ repository: expect.stringContaining('cache') }),
  ]);
});

it('R10-B3 a registry that cannot be asked for tags keeps all until it can', async () => {
  const { empty, deleted } = emptying(new RegistryError('unavailable', 'down'));
  await expect(empty()).rejects.toMatchObject({ kind: 'unavailable' });
  expect(deleted).toEqual([]);
});
